/**
 * Which of a publisher's encodings goes to the subscribers: the best that flows. Who is sent another one stays with it until
 * a key frame of the better one has come.
 *
 *   one that flows better is found ──► all wait for its key frame, which is asked for ──► it comes: they are moved
 */
import type { DownStream } from './down-stream.ts';
import { ingestFigures } from './ingest-quality.ts';
import type { Room } from './room.ts';
import type { Publisher, UpStream } from './up-stream.ts';

/** An encoder that lacks bandwidth stops its best encodings, without a word. */
const flowsMs = 1500;
const judgeEveryMs = 500;
/** Better by so much: rates vary. */
const clearly = 1.3;

/** Whether anybody is sent the track, or is to be. What nobody is sent is neither asked for again nor for key frames. */
export const isUsed = (of: Publisher, stream: UpStream): boolean =>
  stream.track.rid === undefined || stream === of.best || stream.sinks.length > 0 || stream.waiting.length > 0;

/** What a track is to be judged by: itself, or the best of its encodings. */
export const isForemost = (of: Publisher, stream: UpStream): boolean =>
  stream.track.rid === undefined || stream === of.best;

/** To be called many times a second: has the subscribers of a publisher with several encodings sent the best that flows. */
export function steer({ publisher, shares, id }: Room, nowMs: number): void {
  if (publisher === undefined) return;
  if (publisher.best !== undefined && nowMs - publisher.judgedMs < judgeEveryMs) return;
  publisher.judgedMs = nowMs;
  const best = bestLayer(publisher, nowMs);
  if (best === undefined || best === publisher.best) return;
  prefer(publisher, best);
  for (const share of shares) share.prefer(id, publisher.streams.indexOf(best));
}

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

/** Lets all subscribers of a publisher's encodings wait for this one. */
export function prefer(of: Publisher, best: UpStream): void {
  of.best = best;
  const layers = of.streams.filter(({ track }) => track.rid !== undefined);
  for (const layer of layers) layer.waiting = [];
  best.waiting = layers.flatMap(({ sinks }) => sinks).filter((sink) => !best.sinks.includes(sink));
}

/** Moves those who waited for a key frame of this track, which has come. */
export function settle(of: Publisher, stream: UpStream): void {
  const moved = new Set<DownStream>(stream.waiting);
  for (const other of of.streams) other.sinks = other.sinks.filter((sink) => !moved.has(sink));
  stream.sinks = [...stream.sinks, ...moved];
  stream.waiting = [];
}
