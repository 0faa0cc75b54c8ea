/**
 * The encodings of one track that a publisher sends side by side, and how a subscriber gets from one to another: it stays
 * with the one that it is sent until a key frame of the other has come.
 *
 *   another is wanted ──► it waits for its key frame, which is asked for ──► it comes: it is moved
 *   none is wanted    ──► it is held: sent nothing
 */

import type { DownStream } from '../down/down-stream.ts';
import { pause } from '../down/epoch.ts';
import type { Room } from '../room.ts';
import { ingestFigures } from './ingest-quality.ts';
import type { Publisher, UpStream } from './up-stream.ts';

/** An encoder that lacks bandwidth stops its best encodings, without a word. */
const flowsMs = 1500;
const judgeEveryMs = 500;
/** Other threads say several times in this time whom they send it to. */
const usedForMs = 1000;
/** Better by so much: rates vary. */
const clearly = 1.3;

/**
 * Whether a track is asked for again, and for key frames: if anybody is sent it or waits for it, here or elsewhere, and without
 * viewers if the first to come would be sent it. How long repairs take is known to that one then, and what is said of the encoder
 * is said of what would be seen.
 */
export const isUsed = (of: Publisher, stream: UpStream, nowMs: number): boolean =>
  isForemost(of, stream) ||
  stream.sinks.length > 0 ||
  stream.waiting.length > 0 ||
  nowMs - stream.usedElsewhereMs < usedForMs;

/** What a track is to be judged by, and is sent as to who comes: itself, or the best of its encodings. */
export const isForemost = (of: Publisher, stream: UpStream): boolean =>
  stream.track.rid === undefined || stream === of.best;

/** To be called many times a second: finds out which encodings flow, and which is the best of several. */
export function steer(room: Room, nowMs: number): void {
  const { publisher, shares } = room;
  if (publisher === undefined) return;
  if (publisher.ladder !== undefined && nowMs - publisher.judgedMs < judgeEveryMs) return;
  publisher.judgedMs = nowMs;
  publisher.best = bestLayer(publisher, nowMs);
  const { streams, bps } = ladder(publisher, nowMs);
  if (streams.length === 0) return;
  publisher.ladder = { streams, bps };
  for (const share of shares) share.setLadder(room);
}

/** A publisher's video, encoding by encoding, with what each takes now, the lowest first; 0 for one that does not flow. */
export interface Ladder {
  /** The same object for as long as the order is the same. */
  readonly streams: readonly UpStream[];
  readonly bps: readonly number[];
}

function ladder({ streams, ladder: former }: Publisher, nowMs: number): Ladder {
  const known = streams.flatMap((stream) => {
    if (stream.track.kind !== 'video' || stream.source === undefined) return [];
    const { width, height, bitsPerSecond } = ingestFigures(stream.source.quality, nowMs);
    return [{ stream, pixels: width * height, bps: isFlowing(stream, nowMs) ? Math.max(1, bitsPerSecond) : 0 }];
  });
  // Without sizes, as an encoder tells them, in the order that the offer has them: the lowest first.
  known.sort((a, b) => a.pixels - b.pixels);
  const order = known.map(({ stream }) => stream);
  return { streams: sameOrder(former?.streams, order), bps: known.map(({ bps }) => bps) };
}

/** The former object if it says the same. */
export const sameOrder = (former: Ladder['streams'] | undefined, order: Ladder['streams']): Ladder['streams'] =>
  former?.length === order.length && order.every((stream, i) => stream === former[i]) ? former : order;

/** The best encoding now, of a publisher that has several; the one before while none flows. Allocates: for once a second. */
function bestLayer(of: Publisher, nowMs: number): UpStream | undefined {
  let best = of.best?.source !== undefined && isFlowing(of.best, nowMs) ? of.best : undefined;
  for (const stream of of.streams) {
    if (stream.track.rid === undefined || stream === best || !isFlowing(stream, nowMs)) continue;
    if (best === undefined || isBetter(stream, best, nowMs)) best = stream;
  }
  return best ?? of.best;
}

const isFlowing = ({ source }: UpStream, nowMs: number): boolean =>
  source !== undefined && source.cache.newest >= 0 && nowMs - source.lastPacketMs < flowsMs;

function isBetter(stream: UpStream, than: UpStream, nowMs: number): boolean {
  if (stream.source === undefined || than.source === undefined) return false;
  const [one, other] = [ingestFigures(stream.source.quality, nowMs), ingestFigures(than.source.quality, nowMs)];
  const [pixels, otherPixels] = [one.width * one.height, other.width * other.height];
  if (pixels > 0 && otherPixels > 0) return pixels > otherPixels;
  return one.bitsPerSecond > clearly * other.bitsPerSecond;
}

/** Lets a subscriber wait for a key frame of this encoding, unless it is sent it already. */
export function want(of: Publisher, down: DownStream, stream: UpStream): void {
  down.wantedLayer = stream;
  for (const other of of.streams) {
    if (other.waiting.includes(down)) other.waiting = without(other.waiting, down);
    if (other.held.includes(down)) other.held = without(other.held, down);
  }
  if (!stream.sinks.includes(down)) stream.waiting = [...stream.waiting, down];
}

/** Sends a subscriber nothing of the video, of which this encoding is the least, until one is wanted for it. */
export function holdBack(of: Publisher, down: DownStream, stream: UpStream): void {
  down.wantedLayer = undefined;
  pause(down);
  for (const other of of.streams) {
    if (other.sinks.includes(down)) other.sinks = without(other.sinks, down);
    if (other.waiting.includes(down)) other.waiting = without(other.waiting, down);
  }
  stream.held = [...stream.held, down];
}

const without = (list: readonly DownStream[], down: DownStream): readonly DownStream[] =>
  list.filter((each) => each !== down);

/** Moves those who waited for a key frame of this track, which has come. */
export function settle(of: Publisher, stream: UpStream): void {
  const moved = new Set<DownStream>(stream.waiting);
  for (const other of of.streams) other.sinks = other.sinks.filter((sink) => !moved.has(sink));
  stream.sinks = [...stream.sinks, ...moved];
  stream.waiting = [];
}
