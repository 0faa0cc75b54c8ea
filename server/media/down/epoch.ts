/**
 * What became of one source in a subscriber's stream. A few former epochs are remembered for a while: packets that were lost
 * just before another source took over are still asked for.
 */

import type { DownTrack } from '../plane.ts';
import type { MediaPacket } from '../rtp/packet-cache.ts';
import { primaryOf, type Redundancy, writeBlockType } from '../rtp/red.ts';
import type { Source } from '../up/source.ts';
import type { UpStream } from '../up/up-stream.ts';
import { type DependencyShifts, dependencyShifts } from './dependencies.ts';
import type { DownStream } from './down-stream.ts';
import { type PictureNumbers, type PictureReaders, type PictureShifts, pictureShifts } from './picture-id.ts';

/** The subscriber's payload types for those of one publisher. */
export interface CodecMatch {
  /** By the publisher's, that of the media and that of its retransmissions; -1: none. */
  readonly payloadTypes: Int16Array;
  readonly rtxPayloadTypes: Int16Array;
  readonly pictures: PictureReaders;
  readonly redundancy: Redundancy | undefined;
}

/** A source's part of the stream. What is added to its numbers never changes: sent again, a packet is the same again. */
export interface Epoch {
  readonly source: Source;
  readonly match: CodecMatch;
  readonly indexShift: number;
  readonly timestampShift: number;
  readonly pictures: PictureShifts;
  readonly dependencies: DependencyShifts;
  /** The numbers of ours that belong to it. */
  readonly firstIndex: number;
  lastIndex: number;
}

/** Browsers agree on a handful of things; whoever makes up others is not remembered for as long as the publisher stays. */
const mostMatches = 32;

/**
 * As `codecMatch`. Subscribers who agreed on the same share one: it is looked at for each copy of a packet, and so stays
 * where the processor has it at hand.
 */
export function sharedMatch(track: DownTrack, published: UpStream | undefined): CodecMatch {
  if (published === undefined) return noMatch;
  const agreed = JSON.stringify([track.codecs, track.rtxSsrc !== undefined]);
  const known = published.matches.get(agreed);
  if (known !== undefined) return known;
  const match = codecMatch(track, published);
  if (published.matches.size >= mostMatches) published.matches.clear();
  published.matches.set(agreed, match);
  return match;
}

/** Matches codecs by name, for a publisher that is new. A codec of its that the subscriber lacks is not sent. */
function codecMatch(
  track: Pick<DownTrack, 'codecs' | 'rtxSsrc'>,
  published: Pick<UpStream, 'track' | 'pictures' | 'redundancy'> | undefined,
): CodecMatch {
  const payloadTypes = new Int16Array(128).fill(-1);
  const rtxPayloadTypes = new Int16Array(128).fill(-1);
  for (const { name, payloadType } of published?.track.codecs ?? []) {
    const match = track.codecs.find((codec) => codec.name === name);
    if (match === undefined) continue;
    payloadTypes[payloadType] = match.payloadType;
    if (track.rtxSsrc !== undefined) rtxPayloadTypes[payloadType] = match.rtxPayloadType ?? -1;
  }
  const { pictures = [], redundancy } = published ?? {};
  return { payloadTypes, rtxPayloadTypes, pictures, redundancy };
}

/** Of nobody's codecs. */
export const noMatch: CodecMatch = codecMatch({ codecs: [] }, undefined);

/** Whether a packet can be sent as it is. */
export const takes = ({ payloadTypes }: CodecMatch, { payloadType }: MediaPacket): boolean =>
  (payloadTypes[payloadType] ?? -1) >= 0;

/** Whether packets of that type can be sent, be it without their redundancy; for when there is only the type to go by. */
export const takesType = ({ payloadTypes, redundancy }: CodecMatch, payloadType: number): boolean =>
  (payloadTypes[payloadType] ?? -1) >= 0 ||
  (payloadType === redundancy?.payloadType && (payloadTypes[redundancy.blockType] ?? -1) >= 0);

/** What a subscriber is sent of a packet: without the redundancy, where it does not know that. */
export const usable = (match: CodecMatch, packet: MediaPacket): MediaPacket =>
  packet.payloadType === match.redundancy?.payloadType && !takes(match, packet)
    ? primaryOf(packet, match.redundancy)
    : packet;

/** Gives the blocks of a packet with redundancy the subscriber's type. */
export function writeBlocks({ payloadTypes, redundancy }: CodecMatch, packet: MediaPacket): void {
  if (redundancy !== undefined) writeBlockType(packet, payloadTypes[redundancy.blockType] ?? 0);
}

const formerKept = 2;

/** Lets a source carry on where the one before it ended. */
export function begin(
  down: DownStream,
  from: Source,
  packet: MediaPacket,
  numbers: PictureNumbers | undefined,
  nowMs: number,
): Epoch {
  const elapsedMs = down.newestMs < 0 ? 0 : nowMs - down.newestMs;
  const timestamp = down.newestTimestamp + Math.max(1, Math.round((elapsedMs * from.clockRate) / 1000));
  pause(down);
  const firstIndex = down.newestIndex + 1;
  down.epoch = {
    source: from,
    match: down.match,
    indexShift: firstIndex - packet.index,
    timestampShift: timestamp - packet.timestamp,
    pictures: pictureShifts(down.picturesSent, numbers),
    dependencies: dependencyShifts(down.dependenciesSent, packet.dependency),
    firstIndex,
    lastIndex: Number.POSITIVE_INFINITY,
  };
  down.begunMs = nowMs;
  return down.epoch;
}

/** Ends the present epoch: the stream goes on with a key frame, of whichever source. */
export function pause(down: DownStream): void {
  if (down.epoch === undefined) return;
  down.epoch.lastIndex = down.newestIndex;
  down.former = [down.epoch, ...down.former].slice(0, formerKept);
  down.epoch = undefined;
}

/** Longer than a lost packet is worth being asked for. A former source's packets need not be kept after that. */
const formerKeptMs = 2000;

/** To be called now and then. */
export function forgetFormer(down: DownStream, nowMs: number): void {
  if (down.former.length > 0 && nowMs - down.begunMs > formerKeptMs) down.former = [];
}

/** The epoch that one of our numbers belongs to, while it is remembered. */
export function epochOf({ epoch, former }: DownStream, index: number): Epoch | undefined {
  if (epoch !== undefined && index >= epoch.firstIndex) return epoch;
  return former.find(({ firstIndex, lastIndex }) => index >= firstIndex && index <= lastIndex);
}
