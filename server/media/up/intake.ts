/** What becomes of a publisher's packet once it is decrypted: its track, its source, and its place among the others. */
import { noteRepair } from '../estimate/repair-wait.ts';
import type { DropReason, UpTrack } from '../plane.ts';
import { cachedPackets, emptyPacket, keep, type MediaPacket, maxPayload, packetCache } from '../rtp/packet-cache.ts';
import { readDependency } from '../rtp/passed.ts';
import { readBlocks } from '../rtp/red.ts';
import { extensionText, type RtpHeader } from '../rtp/rtp.ts';
import type { Tally } from '../tally.ts';
import { canBegin } from './first-packet.ts';
import { noteMedia } from './ingest-quality.ts';
import { noteFilled, noteGap } from './missing.ts';
import { countReceived, latenessMs } from './reception.ts';
import { packetIndex, type Source, source } from './source.ts';
import type { Publisher, UpStream } from './up-stream.ts';
import { delayToTell } from './viewers-wait.ts';

/** A packet that was let in: where it belongs, and whether a decoder can start with it. The same object every time. */
export interface Arrival {
  stream: UpStream;
  source: Source;
  readonly packet: MediaPacket;
  startsKeyFrame: boolean;
}

/** Nothing to forward, and nothing wrong: padding of a retransmission stream, or a packet that came twice. */
export const nothing = 'Nothing';

/** A function that takes in the publisher's packets once they are decrypted: `datagram` is only read for its header. */
export function intake(from: Publisher, tally: Tally) {
  const packet = emptyPacket();
  let arrival: Arrival | undefined;

  const takeElementsOf = (stream: UpStream, { cache }: Source, datagram: Buffer, header: RtpHeader, nowMs: number) => {
    const isNewest = packet.index > cache.newest;
    const delay =
      stream.track.kind === 'video' ? delayToTell(stream.told, from.wait, header.timestamp, isNewest, nowMs) : -1;
    packet.elements = stream.takeElements(datagram, header, maxPayload - packet.payload.length, delay);
  };
  return (
    datagram: Buffer,
    header: RtpHeader,
    payload: Buffer,
    nowMs: number,
  ): Arrival | DropReason | typeof nothing => {
    const stream = from.bySsrc.get(header.ssrc) ?? bind(from, datagram, header);
    if (stream === undefined) return 'UnknownSsrc';
    if (payload.length > maxPayload) return 'MalformedRtp';
    let isRepair = false;
    packet.timestamp = header.timestamp;
    packet.marker = header.marker;
    packet.hasPadding = header.hasPadding;
    const original = stream.retransmitted.get(header.payloadType);
    packet.payloadType = original ?? header.payloadType;
    const meaning = stream.payloads.get(packet.payloadType);
    if (meaning === undefined) return 'UnknownPayloadType';
    const origin = original === undefined ? sourceOf(stream, header.ssrc, meaning.clockRate, nowMs) : stream.source;
    if (origin === undefined) return 'UnknownSsrc';
    if (original === undefined) {
      packet.payload = payload;
      if (!readBlocks(packet, stream.redundancy)) return 'MalformedRtp';
      packet.index = takeInOrder(stream, origin, header, nowMs);
      isRepair =
        packet.index < origin.cache.newest && noteLate(stream, origin, packet.index, datagram.length, nowMs, tally);
    } else {
      tally.wasRepair(datagram.length);
      // RFC 4588 section 4: the original's number stands before its payload. Bandwidth probes have only padding.
      if (payload.length - (header.hasPadding ? (payload[payload.length - 1] ?? 0) : 0) <= 2) return nothing;
      packet.payload = payload.subarray(2);
      if (!readBlocks(packet, stream.redundancy)) return 'MalformedRtp';
      packet.index = packetIndex(origin, payload.readUInt16BE(0));
      // Only what is missing was asked for; a number ahead of all others would make the packets up to it seem too old.
      if (packet.index > origin.cache.newest) return nothing;
      isRepair = noteFilled(origin.missing, packet.index, true, nowMs);
    }
    takeElementsOf(stream, origin, datagram, header, nowMs);
    if (!keep(origin.cache, packet)) return nothing;
    if (isRepair && stream.track.kind === 'video')
      noteRepair(from.wait, latenessMs(origin.reception, header.timestamp, origin.clockRate, nowMs), nowMs);
    readDependency(packet.elements, packet.dependency);
    arrival ??= { stream, source: origin, packet, startsKeyFrame: false };
    arrival.stream = stream;
    arrival.source = origin;
    const { readFrame } = meaning;
    const frame = readFrame?.(packet.payload, packet.marker);
    noteMedia(origin.quality, withoutPadding(packet), packet.timestamp, frame, nowMs);
    arrival.startsKeyFrame = readFrame === undefined || (frame !== undefined && canBegin(frame, origin, packet));
    if (arrival.startsKeyFrame) stream.isKeyFrameWanted = false;
    return arrival;
  };
}

const withoutPadding = ({ payload, hasPadding }: MediaPacket): number =>
  hasPadding ? Math.max(0, payload.length - (payload[payload.length - 1] ?? 0)) : payload.length;

/** The track an SSRC belongs to: as the offer said, as the MID extension says, or the only one with the payload type. */
function bind(from: Publisher, datagram: Buffer, header: RtpHeader): UpStream | undefined {
  const { streams } = from;
  const stream =
    streams.find(({ track }) => track.ssrc === header.ssrc) ??
    streams.find(({ track }) => isNamed(track, datagram, header)) ??
    onlyOne(streams.filter((s) => s.payloads.has(header.payloadType) || s.retransmitted.has(header.payloadType)));
  if (stream !== undefined) from.bySsrc.set(header.ssrc, stream);
  return stream;
}

/** Whether the packet says that it is of the track; of an encoding both names are said, one of them for a repair. */
function isNamed({ mid, rid, extensions: ids }: UpTrack, datagram: Buffer, header: RtpHeader): boolean {
  const text = (id: number | undefined) => (id === undefined ? undefined : extensionText(datagram, header, id));
  const saidMid = text(ids.mid);
  if (rid === undefined) return saidMid === mid;
  return (saidMid ?? mid) === mid && (text(ids.rid) === rid || text(ids.repairedRid) === rid);
}

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** A source that is heard keeps its track; one that fell silent for this long gives way to another SSRC. */
const handOverMs = 1000;

function sourceOf(stream: UpStream, ssrc: number, clockRate: number, nowMs: number): Source | undefined {
  const present = stream.source;
  if (present?.ssrc === ssrc) {
    present.clockRate = clockRate;
    present.lastPacketMs = nowMs;
    present.hasLeft = false;
    return present;
  }
  if (present !== undefined && nowMs - present.lastPacketMs < handOverMs) return undefined;
  stream.source = source(ssrc, clockRate, nowMs, packetCache(cachedPackets[stream.track.kind]));
  stream.isKeyFrameWanted = stream.track.kind === 'video';
  return stream.source;
}

/** Counts a packet of the source itself, notes what is missing before it, and returns its extended number. */
function takeInOrder(stream: UpStream, of: Source, header: RtpHeader, nowMs: number): number {
  const index = packetIndex(of, header.sequence);
  const { newest } = of.cache;
  countReceived(of.reception, header.sequence, header.timestamp, of.clockRate, nowMs);
  const isGap = newest >= 0 && index > newest + 1;
  const isWorthAsking = isGap && stream.track.nack && noteGap(of.missing, newest + 1, index, nowMs);
  if (isGap && !isWorthAsking) stream.isKeyFrameWanted = stream.track.kind === 'video';
  return index;
}

/**
 * A packet behind the newest was overtaken on the way, or sent once more: true then. Where retransmissions have no stream of
 * their own there is no telling, and what was asked for is taken for one.
 */
function noteLate(
  stream: UpStream,
  { missing }: Source,
  index: number,
  bytes: number,
  nowMs: number,
  tally: Tally,
): boolean {
  const isRepair = noteFilled(missing, index, stream.retransmitted.size === 0 ? undefined : false, nowMs);
  if (isRepair) tally.wasRepair(bytes);
  else tally.cameLate(stream.track.kind);
  return isRepair;
}
