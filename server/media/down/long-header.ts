/**
 * The header of a packet that brings along what the publisher said of it: as in header-plan.ts, and behind that the elements
 * that the subscriber offered. They differ from packet to packet, and so does its length.
 */
import type { DownTrack } from '../plane.ts';
import type { MediaPacket } from '../rtp/packet-cache.ts';
import { descriptor, maxElements, passedNames, playoutDelay } from '../rtp/passed.ts';
import { raised, readPlayoutDelay, writePlayoutDelay } from '../rtp/playout-delay.ts';
import { headerTemplate, mostInShort, mostShortId } from '../rtp/rtp.ts';
import { type DependencyShifts, writeDependency } from './dependencies.ts';
import { elementsOf, type Positions, positions } from './header-plan.ts';

export interface LongHeader extends Positions {
  /** As written last. */
  header: Buffer;
  readonly bytes: Buffer;
  /** By length, made when first used. */
  readonly views: (Buffer | undefined)[];
  readonly isOneByte: boolean;
  /** Where the elements of the publisher's begin. */
  readonly elementsAt: number;
}

/** One for each form, made when first used. */
export interface LongHeaders {
  oneByte: LongHeader | undefined;
  twoBytes: LongHeader | undefined;
}

export const noLongHeaders = (): LongHeaders => ({ oneByte: undefined, twoBytes: undefined });

const blockAt = 12;
const wordsAt = blockAt + 2;
const elementsFrom = blockAt + 4;

/**
 * Copies the packet's elements into a header, which is written over by the next. `ids` are the subscriber's; a playout delay
 * becomes at least `waitMs`.
 */
export function longHeader(
  headers: LongHeaders,
  track: DownTrack,
  ids: Uint8Array,
  { elements, dependency }: MediaPacket,
  shifts: DependencyShifts,
  waitMs: number,
): LongHeader {
  const isLong = dependency.at > 0 && dependency.size > mostInShort && (ids[descriptor] ?? 0) > 0;
  const form = isLong ? 'twoBytes' : 'oneByte';
  const into = headers[form] ?? made(track, !isLong);
  headers[form] = into;
  const { bytes } = into;
  let to = into.elementsAt;
  for (let at = 0; at < elements.length; ) {
    const which = elements[at] ?? 0;
    const size = elements[at + 1] ?? 0;
    const id = ids[which] ?? 0;
    at += 2;
    if (id > 0) {
      if (into.isOneByte) bytes[to++] = (id << 4) | (size - 1);
      else {
        bytes[to++] = id;
        bytes[to++] = size;
      }
      for (let i = 0; i < size; i++) bytes[to + i] = elements[at + i] ?? 0;
      if (which === descriptor) writeDependency(bytes, to, dependency, shifts);
      if (which === playoutDelay && waitMs > 0)
        writePlayoutDelay(bytes, to, raised(readPlayoutDelay(bytes, to), waitMs));
      to += size;
    }
    at += size;
  }
  while (to % 4 !== 0) bytes[to++] = 0;
  const words = (to - elementsFrom) / 4;
  bytes[wordsAt] = words >>> 8;
  bytes[wordsAt + 1] = words;
  into.header = into.views[to] ?? bytes.subarray(0, to);
  into.views[to] = into.header;
  return into;
}

function made(track: DownTrack, wantsOneByte: boolean): LongHeader {
  const fixed = elementsOf(track);
  const ids = [...fixed.map(([, id]) => id), ...passedNames.map((name) => track.extensions[name] ?? 0)];
  const isShort = fixed.every(([, , value]) => value.length <= mostInShort) && ids.every((id) => id <= mostShortId);
  const isOneByte = wantsOneByte && isShort;
  const { header, valuesAt, end } = headerTemplate(
    track.ssrc,
    fixed.map(([, id, value]) => ({ id, value })),
    { isOneByte, room: maxElements },
  );
  return { ...positions(fixed, valuesAt), header, bytes: header, views: [], isOneByte, elementsAt: end };
}
