/**
 * One track on its way to one subscriber. The subscriber sees one unbroken stream, whatever the publisher does: its own
 * SSRC, sequence numbers without a jump, timestamps that follow the wall clock.
 *
 *   source A   …  7  8  9 ┐            a source's numbers are shifted by one constant for as long as it lasts,
 *   source B              └ 52 53 …    so that its gaps stay gaps, and a packet asked for again is found by its number
 *   subscriber … 31 32 33   34 35 …
 */

import { currentWaitMs, type RepairWait } from '../estimate/repair-wait.ts';
import { ownCopy } from '../own-copy.ts';
import type { DownTrack } from '../plane.ts';
import { type LossCount, lossCount } from '../rtp/loss-count.ts';
import type { MediaPacket } from '../rtp/packet-cache.ts';
import { writeHeader, writeSsrc } from '../rtp/rtp.ts';
import type { Send, Transport } from '../transport.ts';
import type { Source } from '../up/source.ts';
import type { UpStream } from '../up/up-stream.ts';
import { type DependenciesSent, type DependencyShifts, noteDependency } from './dependencies.ts';
import { begin, type CodecMatch, type Epoch, noMatch, writeBlocks } from './epoch.ts';
import { type HeaderPlan, headerPlan, stamp } from './header-plan.ts';
import { type LongHeader, type LongHeaders, longHeader, noLongHeaders } from './long-header.ts';
import { notePictures, type PictureNumbers, type PicturesSent, writePictures } from './picture-id.ts';
import type { ResentLately } from './resent-lately.ts';
import type { VideoHold } from './video-hold.ts';
import type { ViewerLayer } from './viewer-layers.ts';

/** What comes first is read and written for each packet, and lies together in memory because it is made in that order. */
export interface DownStream {
  readonly track: DownTrack;
  readonly transport: Transport;
  match: CodecMatch;
  /** The source that is being forwarded; undefined before the first key frame. */
  epoch: Epoch | undefined;
  header: Buffer;
  readonly plan: HeaderPlan;
  newestIndex: number;
  newestTimestamp: number;
  newestMs: number;
  sentPackets: number;
  sentOctets: number;
  /** For packets that bring along something of the publisher's. */
  longHeaders: LongHeaders;
  /** Made when first used. */
  rtxHeader: Buffer | undefined;
  /** Newest first. */
  former: readonly Epoch[];
  readonly picturesSent: PicturesSent;
  readonly dependenciesSent: DependenciesSent;
  /** Of a publisher's encodings the one that it is sent, or waits for. */
  wantedLayer: UpStream | undefined;
  /** The one that it was sent when that was last looked at. */
  sentLayer: UpStream | undefined;
  layer: ViewerLayer | undefined;
  /** Whether it is held back; undefined while nothing is known of its network. */
  hold: VideoHold | undefined;
  /** Whether its client was told that it is held back. */
  isToldHeld: boolean;
  /** The name of the encoding that the viewer asked for. */
  chosenRid: string | undefined;
  /** When the present epoch began. */
  begunMs: number;
  nextRtxIndex: number;
  /** Made with the first. */
  resentLately: ResentLately | undefined;
  /** For what it is sent again as RTX; as little of it is made as of these. */
  wait: RepairWait | undefined;
  /** What lies before all that was ever sent. */
  readonly startIndex: number;
  readonly loss: LossCount;
  /** The highest number that it has told of, extended by itself; -1 before the first report. */
  reportedSequence: number;
  /** Sender reports that the subscriber may still refer to, by the middle of their NTP time. */
  reportsSent: readonly { readonly middleNtp: number; readonly atMs: number }[];
}

/** `random` below 1. First numbers stay under 2^15, so that the receiver cannot mistake the lap (RFC 3711 section 3.3.1). */
export function downStream(track: DownTrack, to: Transport, random: () => number): DownStream {
  const startIndex = Math.floor(random() * 0x8000);
  const { header, plan } = headerPlan(track);
  return {
    track,
    transport: to,
    match: noMatch,
    epoch: undefined,
    header,
    plan,
    newestIndex: startIndex,
    newestTimestamp: Math.floor(random() * 0x1_0000_0000),
    newestMs: -1,
    sentPackets: 0,
    sentOctets: 0,
    longHeaders: noLongHeaders(),
    rtxHeader: undefined,
    former: [],
    wantedLayer: undefined,
    sentLayer: undefined,
    layer: undefined,
    hold: undefined,
    isToldHeld: false,
    chosenRid: undefined,
    picturesSent: { pictureId: -1, baseLayerIndex: -1 },
    dependenciesSent: { frameNumber: -1, nextTemplate: -1 },
    begunMs: -1,
    nextRtxIndex: Math.floor(random() * 0x8000),
    resentLately: undefined,
    wait: undefined,
    startIndex,
    loss: lossCount(),
    reportedSequence: -1,
    reportsSent: [],
  };
}

/** Whether the publisher has a codec that the subscriber takes. */
export const hasCodec = ({ match }: DownStream): boolean => match.payloadTypes.some((payloadType) => payloadType >= 0);

/** What became of a packet: the bytes that were sent, or why none were. */
export const notReady = 0;
export const noCodec = -1;
/** The track waits for one, or the packet lies before the one that it began with. */
export const noKeyFrame = -2;
/** The subscriber has been silent for long. */
export const gone = -3;

/**
 * Sends a packet on. On the packet path: runs once for each packet and subscriber. `numbers` are those of its pictures,
 * and are written into its payload.
 */
export function forward(
  down: DownStream,
  from: Source,
  packet: MediaPacket,
  numbers: PictureNumbers | undefined,
  startsKeyFrame: boolean,
  nowMs: number,
  send: Send,
): number {
  const payloadType = down.match.payloadTypes[packet.payloadType] ?? -1;
  if (payloadType < 0) return noCodec;
  const { transport } = down;
  if (transport.srtp === undefined || transport.port === 0) return notReady;
  if (transport.isGone) return gone;
  let { epoch } = down;
  if (epoch === undefined || epoch.source !== from) {
    if (!startsKeyFrame) return noKeyFrame;
    epoch = begin(down, from, packet, numbers, nowMs);
  }
  const index = packet.index + epoch.indexShift;
  if (index < epoch.firstIndex) return noKeyFrame;
  if (index > down.newestIndex) {
    down.newestIndex = index;
    down.newestTimestamp = (packet.timestamp + epoch.timestampShift) >>> 0;
    down.newestMs = nowMs;
    if (numbers !== undefined) notePictures(down.picturesSent, numbers, epoch.pictures);
    if (packet.elements.length > 0) noteDependency(down.dependenciesSent, packet.dependency, epoch.dependencies);
  }
  down.sentPackets += 1;
  down.sentOctets += octets(packet);
  return sendSealed(down, epoch, packet, numbers, index, nowMs, send);
}

/**
 * The same (index, packet) always gives the same bytes, so that sending it again uses no index twice over others; but where
 * packets tell when they leave. There each index may come here once.
 */
export function sendSealed(
  down: DownStream,
  { match, timestampShift, pictures, dependencies }: Epoch,
  packet: MediaPacket,
  numbers: PictureNumbers | undefined,
  index: number,
  nowMs: number,
  send: Send,
): number {
  const { transport, track } = down;
  const { payload } = packet;
  const payloadType = match.payloadTypes[packet.payloadType] ?? -1;
  if (transport.srtp === undefined || payloadType < 0) return notReady;
  const timestamp = (packet.timestamp + timestampShift) >>> 0;
  const long = longHeaderOf(down, packet, dependencies, nowMs);
  const header = long?.header ?? down.header;
  if (long !== undefined) writeSsrc(header, track.ssrc);
  writeHeader(header, packet.hasPadding, packet.marker, payloadType, index, timestamp);
  if (numbers !== undefined) writePictures(payload, numbers, pictures);
  if (packet.blocks > 0) writeBlocks(match, packet);
  const cipher = transport.srtp.outgoing;
  const bytes = header.length + payload.length + cipher.overhead;
  stamp(header, long ?? down.plan, transport.history, bytes, nowMs);
  if (!cipher.post(header, payload, track.ssrc, index, transport)) {
    const isTaken = send(cipher.seal(header, payload, track.ssrc, index), transport);
    if (!isTaken) letGo(down, header);
  }
  return bytes;
}

/** For a packet that brings along what the subscriber may be told; its length differs from that of others. */
export const longHeaderOf = (
  { plan: { passing }, longHeaders, track, wait }: DownStream,
  packet: MediaPacket,
  shifts: DependencyShifts,
  nowMs: number,
): LongHeader | undefined =>
  packet.elements.length === 0 || passing === undefined
    ? undefined
    : longHeader(longHeaders, track, passing, packet, shifts, wait === undefined ? 0 : currentWaitMs(wait, nowMs));

/** The socket has it until it is sent: the next packet needs another. */
function letGo(down: DownStream, header: Buffer): void {
  if (header === down.header) down.header = ownCopy(header);
  else down.longHeaders = noLongHeaders();
}

/** Payload without padding, as sender reports count it. */
const octets = ({ payload, hasPadding }: MediaPacket): number =>
  hasPadding ? Math.max(0, payload.length - (payload[payload.length - 1] ?? 0)) : payload.length;
