/**
 * The part of RTCP that concerns us (RFC 3550 section 6, RFC 4585 section 6, RFC 5104 section 4.3.1), read from a
 * compound packet. Reports are a few a second, so here plain objects will do.
 */
import type { ReportBlock } from '../up/reception.ts';
import { packetEnd } from './rtcp-packet.ts';

export type RtcpPacket =
  | { readonly type: 'SenderReport'; readonly ssrc: number; readonly ntp: NtpTime; readonly timestamp: number }
  | { readonly type: 'Bye'; readonly ssrcs: readonly number[] }
  | { readonly type: 'Nack'; readonly mediaSsrc: number; readonly sequences: readonly number[] }
  /** PLI or FIR: either asks for a key frame. */
  | { readonly type: 'KeyFrameRequest'; readonly by: 'pli' | 'fir'; readonly mediaSsrc: number }
  /** Of a receiver report, or of the same part of a sender report. */
  | { readonly type: 'Reports'; readonly blocks: readonly ReportBlock[] };

/** Seconds since 1900 and their fraction in 1/2^32. */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

/** The middle 32 bits of an NTP time, by which reports refer to it. */
export const middleNtp = ({ seconds, fraction }: NtpTime): number =>
  (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;

export const rtcpType = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  bye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;
const reportBlockLength = 24;
/** Of transport feedback (NACK, transport-wide) and of payload feedback (PLI, FIR, what an application defines). */
export const feedbackFormat = { nack: 1, transportWide: 15, pictureLoss: 1, fullIntra: 4, application: 15 } as const;

/** The packets of a compound, those we have no use for left out; undefined when its framing is broken. */
export function readRtcp(compound: Buffer): RtcpPacket[] | undefined {
  const packets: RtcpPacket[] = [];
  for (let at = 0; at < compound.length; ) {
    const end = packetEnd(compound, at);
    if (end < 0) return undefined;
    // Ten times as often as anything else, and of no use here: see transport-feedback.ts.
    if (!isTransportWide(compound, at)) packets.push(...read(compound.subarray(at, end)));
    at = end;
  }
  return packets;
}

/** Whether the packet that begins there is transport-wide feedback. */
export const isTransportWide = (compound: Buffer, at: number): boolean =>
  compound[at + 1] === rtcpType.transportFeedback && ((compound[at] ?? 0) & 0x1f) === feedbackFormat.transportWide;

/** One packet; `bytes` holds exactly it, header included. */
function read(bytes: Buffer): RtcpPacket[] {
  const count = bytes.readUInt8(0) & 0x1f;
  const type = bytes.readUInt8(1);
  switch (type) {
    case rtcpType.senderReport:
      return bytes.length < 28 ? [] : [senderReport(bytes), ...reports(bytes, 28, count)];
    case rtcpType.receiverReport:
      return reports(bytes, 8, count);
    case rtcpType.bye:
      return [{ type: 'Bye', ssrcs: words(bytes, 4, Math.min(4 + 4 * count, bytes.length)) }];
    case rtcpType.transportFeedback:
      if (count !== feedbackFormat.nack || bytes.length < 12) return [];
      return [
        { type: 'Nack', mediaSsrc: bytes.readUInt32BE(8), sequences: words(bytes, 12, bytes.length).flatMap(nacked) },
      ];
    case rtcpType.payloadFeedback:
      return keyFrameRequests(bytes, count);
    default:
      return [];
  }
}

const senderReport = (bytes: Buffer): RtcpPacket => ({
  type: 'SenderReport',
  ssrc: bytes.readUInt32BE(4),
  ntp: { seconds: bytes.readUInt32BE(8), fraction: bytes.readUInt32BE(12) },
  timestamp: bytes.readUInt32BE(16),
});

/** The blocks that are there whole. */
function reports(bytes: Buffer, from: number, count: number): RtcpPacket[] {
  const blocks: ReportBlock[] = [];
  for (let at = from; blocks.length < count && at + reportBlockLength <= bytes.length; at += reportBlockLength)
    blocks.push({
      ssrc: bytes.readUInt32BE(at),
      fractionLost: bytes.readUInt8(at + 4),
      cumulativeLost: bytes.readIntBE(at + 5, 3),
      highestSequence: bytes.readUInt32BE(at + 8),
      jitter: bytes.readUInt32BE(at + 12),
      lastSenderReport: bytes.readUInt32BE(at + 16),
      delaySinceLast: bytes.readUInt32BE(at + 20),
    });
  return blocks.length === 0 ? [] : [{ type: 'Reports', blocks }];
}

/** PLI names its target in the header; FIR in entries of SSRC and a counter, the header's field being unused. */
function keyFrameRequests(bytes: Buffer, format: number): RtcpPacket[] {
  if (bytes.length < 12) return [];
  if (format === feedbackFormat.pictureLoss)
    return [{ type: 'KeyFrameRequest', by: 'pli', mediaSsrc: bytes.readUInt32BE(8) }];
  if (format !== feedbackFormat.fullIntra) return [];
  const entries = words(bytes, 12, bytes.length).filter((_, i) => i % 2 === 0);
  return entries.map((mediaSsrc) => ({ type: 'KeyFrameRequest', by: 'fir', mediaSsrc }));
}

/** A sequence number, and a bit for each of the 16 that follow it (RFC 4585 section 6.2.1). */
function nacked(entry: number): number[] {
  const first = entry >>> 16;
  const sequences = [first];
  for (let bit = 0; bit < 16; bit++) if ((entry >>> bit) & 1) sequences.push((first + bit + 1) & 0xffff);
  return sequences;
}

function words(bytes: Buffer, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = from; at + 4 <= to; at += 4) found.push(bytes.readUInt32BE(at));
  return found;
}
