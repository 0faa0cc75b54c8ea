/**
 * One track on its way to one subscriber. The subscriber sees one unbroken stream, whatever the publisher does: its own
 * SSRC, sequence numbers without a jump, timestamps that follow the wall clock.
 *
 *   source A   …  7  8  9 ┐            a source's numbers are shifted by one constant for as long as it lasts,
 *   source B              └ 52 53 …    so that its gaps stay gaps, and a packet asked for again is found by its number
 *   subscriber … 31 32 33   34 35 …
 */
import { type LossCount, lossCount } from './loss-count.ts';
import type { MediaPacket } from './packet-cache.ts';
import type { DownTrack, PayloadCodec } from './plane.ts';
import { headerTemplate, writeHeader } from './rtp.ts';
import type { Source } from './source.ts';
import type { Send, Transport } from './transport.ts';

export interface DownStream {
  readonly track: DownTrack;
  readonly transport: Transport;
  /** The subscriber's payload type for each of the publisher's, and that of its retransmissions; -1: none. */
  readonly payloadTypes: Int16Array;
  readonly rtxPayloadTypes: Int16Array;
  header: Buffer;
  /** The source that is being forwarded; undefined before the first key frame. */
  source: Source | undefined;
  /** What is added to the source's numbers and timestamps, and the first number of ours that belongs to it. */
  indexShift: number;
  timestampShift: number;
  firstIndex: number;
  newestIndex: number;
  newestTimestamp: number;
  newestMs: number;
  nextRtxIndex: number;
  sentPackets: number;
  sentOctets: number;
  /** Retransmissions that it may still ask for before the next report. */
  resendBudget: number;
  /** What lies before all that was ever sent. */
  readonly startIndex: number;
  readonly loss: LossCount;
  /** Sender reports that the subscriber may still refer to, by the middle of their NTP time. */
  reportsSent: readonly { readonly middleNtp: number; readonly atMs: number }[];
}

/** Between two reports: above what a lossy link asks for, below what would make us somebody's flood. */
export const resendsPerReport = 1000;

/** `random` below 1. First numbers stay under 2^15, so that the receiver cannot mistake the lap (RFC 3711 section 3.3.1). */
export function downStream(track: DownTrack, to: Transport, random: () => number): DownStream {
  const startIndex = Math.floor(random() * 0x8000);
  const { mid: midId } = track.extensions;
  const mid = midId === undefined ? undefined : { id: midId, value: track.mid };
  return {
    track,
    transport: to,
    payloadTypes: new Int16Array(128).fill(-1),
    rtxPayloadTypes: new Int16Array(128).fill(-1),
    header: headerTemplate(track.ssrc, mid),
    source: undefined,
    indexShift: 0,
    timestampShift: 0,
    firstIndex: 0,
    newestIndex: startIndex,
    newestTimestamp: Math.floor(random() * 0x1_0000_0000),
    newestMs: -1,
    nextRtxIndex: Math.floor(random() * 0x8000),
    sentPackets: 0,
    sentOctets: 0,
    resendBudget: resendsPerReport,
    startIndex,
    loss: lossCount(),
    reportsSent: [],
  };
}

/**
 * Matches codecs by name, for a publisher that is new. A codec of its that the subscriber lacks is not sent. The source
 * before is done with: sent again with another payload type, its packets would be other bytes under the same index.
 */
export function matchCodecs(down: DownStream, codecs: readonly PayloadCodec[]): void {
  down.source = undefined;
  down.payloadTypes.fill(-1);
  down.rtxPayloadTypes.fill(-1);
  for (const { name, payloadType } of codecs) {
    const match = down.track.codecs.find((codec) => codec.name === name);
    if (match === undefined) continue;
    down.payloadTypes[payloadType] = match.payloadType;
    if (down.track.rtxSsrc !== undefined) down.rtxPayloadTypes[payloadType] = match.rtxPayloadType ?? -1;
  }
}

/** Whether the publisher has a codec that the subscriber takes. */
export const hasCodec = ({ payloadTypes }: DownStream): boolean => payloadTypes.some((payloadType) => payloadType >= 0);

/** What became of a packet: the bytes that were sent, or why none were. */
export const notReady = 0;
export const noCodec = -1;
/** The track waits for one, or the packet lies before the one that it began with. */
export const noKeyFrame = -2;

/** Sends a packet on. On the packet path: runs once for each packet and subscriber. */
export function forward(
  down: DownStream,
  from: Source,
  packet: MediaPacket,
  startsKeyFrame: boolean,
  nowMs: number,
  send: Send,
): number {
  const payloadType = down.payloadTypes[packet.payloadType] ?? -1;
  if (payloadType < 0) return noCodec;
  const { transport } = down;
  if (transport.srtp === undefined || transport.port === 0) return notReady;
  if (down.source !== from) {
    if (!startsKeyFrame) return noKeyFrame;
    begin(down, from, packet, nowMs);
  }
  const index = packet.index + down.indexShift;
  if (index < down.firstIndex) return noKeyFrame;
  const timestamp = (packet.timestamp + down.timestampShift) >>> 0;
  if (index > down.newestIndex) {
    down.newestIndex = index;
    down.newestTimestamp = timestamp;
    down.newestMs = nowMs;
  }
  down.sentPackets += 1;
  down.sentOctets += octets(packet);
  return sendSealed(down, packet, payloadType, index, timestamp, send);
}

/** Lets a source carry on where the one before it ended. */
function begin(down: DownStream, from: Source, packet: MediaPacket, nowMs: number): void {
  const elapsedMs = down.newestMs < 0 ? 0 : nowMs - down.newestMs;
  const timestamp = down.newestTimestamp + Math.max(1, Math.round((elapsedMs * from.clockRate) / 1000));
  down.source = from;
  down.firstIndex = down.newestIndex + 1;
  down.indexShift = down.firstIndex - packet.index;
  down.timestampShift = timestamp - packet.timestamp;
}

/** The same (index, packet) always gives the same bytes, so that sending it again uses no index twice over others. */
export function sendSealed(
  down: DownStream,
  packet: MediaPacket,
  payloadType: number,
  index: number,
  timestamp: number,
  send: Send,
): number {
  const { transport, header, track } = down;
  if (transport.srtp === undefined) return notReady;
  writeHeader(header, packet.hasPadding, packet.marker, payloadType, index, timestamp);
  const cipher = transport.srtp.outgoing;
  if (!cipher.post(header, packet.payload, track.ssrc, index, transport)) {
    const isTaken = send(cipher.seal(header, packet.payload, track.ssrc, index), transport);
    if (!isTaken) down.header = Buffer.from(header);
  }
  return header.length + packet.payload.length + cipher.overhead;
}

/** Payload without padding, as sender reports count it. */
const octets = ({ payload, hasPadding }: MediaPacket): number =>
  hasPadding ? Math.max(0, payload.length - (payload[payload.length - 1] ?? 0)) : payload.length;
