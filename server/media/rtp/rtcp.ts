/**
 * The part of RTCP that concerns us (RFC 3550 section 6, RFC 4585 section 6, RFC 5104 section 4.3.1), read from a
 * compound packet. Reports are a few a second, so here plain objects will do.
 */
import type { ReportBlock } from '../up/reception.ts';
import { mostNacked, type Nack, nackHeaderLength, readNack } from './nack.ts';
import { packetEnd } from './rtcp-packet.ts';

export type RtcpPacket =
  | { readonly type: 'SenderReport'; readonly ssrc: number; readonly ntp: NtpTime; readonly timestamp: number }
  | { readonly type: 'Bye'; readonly ssrcs: readonly number[] }
  | Nack
  /** PLI or FIR: either asks for a key frame. */
  | { readonly type: 'KeyFrameRequest'; readonly by: 'pli' | 'fir'; readonly mediaSsrc: number }
  /** Of a receiver report, or of the same part of a sender report. */
  | { readonly type: 'Reports'; readonly blocks: readonly ReportBlock[] };

/** Seconds since 1900 and their fraction in 1/2^32. */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

export const ntpMs = ({ seconds, fraction }: NtpTime): number => seconds * 1000 + (fraction * 1000) / 0x1_0000_0000;

/** Of milliseconds since 1900. Its seconds begin anew in 2036. */
export function ntpTime(ms: number): NtpTime {
  const seconds = Math.floor(ms / 1000);
  return { seconds: seconds >>> 0, fraction: Math.floor(((ms - seconds * 1000) / 1000) * 0x1_0000_0000) };
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
export function readRtcp(compound: Buffer): readonly RtcpPacket[] | undefined {
  let packets = none;
  let nackedLeft = mostNacked;
  for (let at = 0; at < compound.length; ) {
    const end = packetEnd(compound, at);
    if (end < 0) return undefined;
    // Ten times as often as anything else, and of no use here: see transport-feedback.ts.
    if (!isTransportWide(compound, at)) {
      if (packets === none) packets = [];
      nackedLeft -= read(compound, at, end, nackedLeft, packets);
    }
    at = end;
  }
  return packets;
}

/** Of most, which are transport-wide feedback alone. */
const none: RtcpPacket[] = [];

/** Whether the packet that begins there is transport-wide feedback. */
export const isTransportWide = (compound: Buffer, at: number): boolean =>
  compound[at + 1] === rtcpType.transportFeedback && ((compound[at] ?? 0) & 0x1f) === feedbackFormat.transportWide;

/** Adds what the packet says that lies from `at` to `end`; returns how many packets it asks for again. */
function read(bytes: Buffer, at: number, end: number, mostNumbers: number, into: RtcpPacket[]): number {
  const count = (bytes[at] ?? 0) & 0x1f;
  const format = count;
  switch (bytes[at + 1]) {
    case rtcpType.senderReport:
      if (end - at < 28) break;
      into.push(senderReport(bytes, at));
      readReports(bytes, at + 28, end, count, into);
      break;
    case rtcpType.receiverReport:
      readReports(bytes, at + 8, end, count, into);
      break;
    case rtcpType.bye:
      into.push({ type: 'Bye', ssrcs: words(bytes, at + 4, Math.min(at + 4 + 4 * count, end)) });
      break;
    case rtcpType.transportFeedback: {
      if (format !== feedbackFormat.nack || end - at < nackHeaderLength) break;
      const nack = readNack(bytes, at, end, mostNumbers);
      into.push(nack);
      return nack.sequences.length;
    }
    case rtcpType.payloadFeedback:
      if (end - at >= 12) readKeyFrameRequests(bytes, at, end, format, into);
  }
  return 0;
}

/** A number of 32 bits. Buffer's own reader looks at its arguments for longer than it reads. */
export const word = (bytes: Buffer, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;

const senderReport = (bytes: Buffer, at: number): RtcpPacket => ({
  type: 'SenderReport',
  ssrc: word(bytes, at + 4),
  ntp: { seconds: word(bytes, at + 8), fraction: word(bytes, at + 12) },
  timestamp: word(bytes, at + 16),
});

/** The blocks that are there whole. */
function readReports(bytes: Buffer, from: number, end: number, count: number, into: RtcpPacket[]): void {
  const blocks: ReportBlock[] = [];
  for (let at = from; blocks.length < count && at + reportBlockLength <= end; at += reportBlockLength) {
    const losses = word(bytes, at + 4);
    blocks.push({
      ssrc: word(bytes, at),
      fractionLost: losses >>> 24,
      cumulativeLost: (losses << 8) >> 8,
      highestSequence: word(bytes, at + 8),
      jitter: word(bytes, at + 12),
      lastSenderReport: word(bytes, at + 16),
      delaySinceLast: word(bytes, at + 20),
    });
  }
  if (blocks.length > 0) into.push({ type: 'Reports', blocks });
}

/** PLI names its target in the header; FIR in entries of SSRC and a counter, the header's field being unused. */
function readKeyFrameRequests(bytes: Buffer, at: number, end: number, format: number, into: RtcpPacket[]): void {
  if (format === feedbackFormat.pictureLoss)
    into.push({ type: 'KeyFrameRequest', by: 'pli', mediaSsrc: word(bytes, at + 8) });
  if (format !== feedbackFormat.fullIntra) return;
  for (let entry = at + 12; entry + 4 <= end; entry += 8)
    into.push({ type: 'KeyFrameRequest', by: 'fir', mediaSsrc: word(bytes, entry) });
}

function words(bytes: Buffer, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = from; at + 4 <= to; at += 4) found.push(word(bytes, at));
  return found;
}
