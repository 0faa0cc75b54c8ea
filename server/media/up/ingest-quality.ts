/**
 * How good what a publisher sends is, for one source: counted by packet, asked for a few times a minute. Times are those of
 * the given clock, in milliseconds, which does not run backward. Counting allocates nothing.
 */
import type { Frame } from '../frame/frame.ts';

export interface IngestFigures {
  /** Of payloads, over the last 10 s. */
  readonly bitsPerSecond: number;
  /** Pictures begun, over the last 10 s. */
  readonly framesPerSecond: number;
  /** Pixels, as told last; 0 as long as nothing has told. */
  readonly width: number;
  readonly height: number;
  /** The longest time from a key frame to the next in the last minute, or since the last, or without any: whichever is longest. */
  readonly keyFrameIntervalMs: number;
  /** The longest time that one who asked for a key frame had to wait in the last minute, or has waited; 0 when nobody asked. */
  readonly keyFrameWaitMs: number;
  /** In the last minute. */
  readonly hasBFrames: boolean;
  /** Key frames in a row, up to the last, without what a decoder needs to begin with them. */
  readonly bareKeyFrames: number;
}

/** Time is cut into cells, the newest being the one that is filled. */
const cellMs = 500;
const minuteCells = 120;
/** Ten seconds of full ones, and the newest. */
const rateCells = 21;
/** Of so many pictures the timestamps are kept, as their packets may come out of order: over a second of any of today's. */
const recentFrames = 64;

export interface IngestQuality {
  readonly startMs: number;
  /** Number of the newest cell since the clock's beginning. */
  newestCell: number;
  /** By cell, number modulo 120. */
  readonly bytes: Float64Array;
  readonly frames: Float64Array;
  readonly longestInterval: Float64Array;
  readonly longestWait: Float64Array;
  /** Timestamps of the pictures that were begun last, and how many there were in all. */
  readonly recent: Uint32Array;
  frameCount: number;
  lastTimestamp: number;
  width: number;
  height: number;
  /** When the last key frame came; before the first, when it all began. */
  lastKeyFrameMs: number;
  keyFrameTimestamp: number;
  parametersTimestamp: number;
  bareKeyFrames: number;
  /** When a key frame was first asked for since the last; -1: nobody has. */
  askedMs: number;
  lastBFrameMs: number;
}

/** From the source's first packet on. Allocates 4 kB, once. */
export const ingestQuality = (nowMs: number): IngestQuality => ({
  startMs: nowMs,
  newestCell: Math.floor(nowMs / cellMs),
  bytes: new Float64Array(minuteCells),
  frames: new Float64Array(minuteCells),
  longestInterval: new Float64Array(minuteCells),
  longestWait: new Float64Array(minuteCells),
  recent: new Uint32Array(recentFrames),
  frameCount: 0,
  lastTimestamp: -1,
  width: 0,
  height: 0,
  lastKeyFrameMs: nowMs,
  keyFrameTimestamp: -1,
  parametersTimestamp: -1,
  bareKeyFrames: 0,
  askedMs: -1,
  lastBFrameMs: Number.NEGATIVE_INFINITY,
});

/**
 * Counts a packet, once. `bytes` are those of the payload without padding. `frame` is what a reader made of it; undefined for
 * sound, and for what it could not read.
 */
export function noteMedia(
  quality: IngestQuality,
  bytes: number,
  timestamp: number,
  frame: Frame | undefined,
  nowMs: number,
): void {
  const cell = cellAt(quality, nowMs);
  quality.bytes[cell] = (quality.bytes[cell] ?? 0) + bytes;
  if (frame === undefined) return;
  if (timestamp !== quality.lastTimestamp) noteFrame(quality, cell, timestamp);
  if (frame.width > 0) {
    quality.width = frame.width;
    quality.height = frame.height;
  }
  if (frame.hasParameters) quality.parametersTimestamp = timestamp;
  if (frame.hasBSlice) quality.lastBFrameMs = nowMs;
  if (frame.isKeyFrame && timestamp !== quality.keyFrameTimestamp) noteKeyFrame(quality, cell, timestamp, nowMs);
}

/** To be called when the publisher is asked for a key frame. */
export function noteKeyFrameRequest(quality: IngestQuality, nowMs: number): void {
  if (quality.askedMs < 0) quality.askedMs = nowMs;
}

/** Allocates; meant for scrapes, and for the seconds in which hints are looked for. */
export function ingestFigures(quality: IngestQuality, nowMs: number): IngestFigures {
  cellAt(quality, nowMs);
  // The newest cell is being filled: it counts for as much of its time as has gone by.
  const windowStartMs = Math.max(quality.startMs, (quality.newestCell - rateCells + 1) * cellMs);
  const seconds = Math.max(nowMs - windowStartMs, cellMs) / 1000;
  return {
    bitsPerSecond: (8 * newest(quality, quality.bytes)) / seconds,
    framesPerSecond: newest(quality, quality.frames) / seconds,
    width: quality.width,
    height: quality.height,
    keyFrameIntervalMs: Math.max(nowMs - quality.lastKeyFrameMs, longest(quality.longestInterval)),
    keyFrameWaitMs: Math.max(quality.askedMs < 0 ? 0 : nowMs - quality.askedMs, longest(quality.longestWait)),
    hasBFrames: nowMs - quality.lastBFrameMs < minuteCells * cellMs,
    bareKeyFrames: quality.bareKeyFrames,
  };
}

/** Makes the cell of this moment the newest and returns its place; those of the time that nothing happened in are empty. */
function cellAt(quality: IngestQuality, nowMs: number): number {
  const cell = Math.max(Math.floor(nowMs / cellMs), quality.newestCell);
  const from = Math.max(quality.newestCell + 1, cell - minuteCells + 1);
  for (let passed = from; passed <= cell; passed++) {
    const place = passed % minuteCells;
    quality.bytes[place] = 0;
    quality.frames[place] = 0;
    quality.longestInterval[place] = 0;
    quality.longestWait[place] = 0;
  }
  quality.newestCell = cell;
  return cell % minuteCells;
}

/** A timestamp that has not been seen is a new picture, whichever of its packets comes first. */
function noteFrame(quality: IngestQuality, cell: number, timestamp: number): void {
  const { recent, frames, frameCount } = quality;
  quality.lastTimestamp = timestamp;
  const seenAt = recent.indexOf(timestamp);
  if (seenAt >= 0 && seenAt < frameCount) return;
  recent[frameCount % recentFrames] = timestamp;
  quality.frameCount += 1;
  frames[cell] = (frames[cell] ?? 0) + 1;
}

function noteKeyFrame(quality: IngestQuality, cell: number, timestamp: number, nowMs: number): void {
  const { longestInterval, longestWait } = quality;
  longestInterval[cell] = Math.max(longestInterval[cell] ?? 0, nowMs - quality.lastKeyFrameMs);
  if (quality.askedMs >= 0) longestWait[cell] = Math.max(longestWait[cell] ?? 0, nowMs - quality.askedMs);
  quality.askedMs = -1;
  quality.lastKeyFrameMs = nowMs;
  quality.keyFrameTimestamp = timestamp;
  quality.bareKeyFrames = quality.parametersTimestamp === timestamp ? 0 : quality.bareKeyFrames + 1;
}

/** Sum over the cells of the last 10 s. */
function newest({ newestCell }: IngestQuality, cells: Float64Array): number {
  let sum = 0;
  for (let cell = newestCell - rateCells + 1; cell <= newestCell; cell++)
    sum += cells[(cell + minuteCells) % minuteCells] ?? 0;
  return sum;
}

const longest = (cells: Float64Array): number => cells.reduce((most, value) => Math.max(most, value), 0);
