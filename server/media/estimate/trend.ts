/**
 * Whether a queue grows on the way to a client, by how the delay of its packets changes (draft-ietf-rmcat-gcc-02 sections
 * 5.1, 5.2, 5.4). Only differences count, so the two clocks need not agree.
 *
 *   packets ─► bursts ─► delay ─► its slope over 300 ms ─► above a threshold, and no chance? ─► signal
 *
 * The slope is that of a straight line (least squares), where the draft has a Kalman filter: it needs no guess at the noise,
 * and how the delays scatter around the line tells a queue from a network that is uneven by nature. In simulations of 50 ms
 * of jitter this ended the false alarms (each costs 15 % of the rate), and a queue is seen as soon as with smoothed delays.
 */
import { addPoint, clear, fit, type Line, line } from './line.ts';

/** A queue grows, shrinks, or neither. */
export type Signal = 'Overuse' | 'Underuse' | 'Normal';

/** Section 5.2: packets sent within this time belong together, and so do those that a network lets out together. */
const burstMs = 5;
const maxBurstMs = 100;
const windowMs = 300;
/** A slope is judged by what it adds to the delay in this time. */
const horizonMs = 240;
/** In standard errors. Delays of bursts have to do with each other, so that three are not enough. */
const certain = 6;
/** A queue of this length is plain however uneven the network, and however slowly it grew. */
const plainQueueMs = 75;
/** The delay without a queue is the lowest of this time, up to twice as long. */
const memoryMs = 5000;
/** Nothing was sent for so long, or a clock was set: what was before says nothing of now. */
const gapMs = 2000;

/** Section 5.4, and the values of its section 5.6. */
const overuseMs = 10;
const firstThresholdMs = 12.5;
const lowestThresholdMs = 6;
const highestThresholdMs = 600;
const risePerMs = 0.01;
const fallPerMs = 0.00018;
const outlierMs = 15;

export interface Trend {
  signal: Signal;
  /** The burst that is being gathered; `bursts` is 0 before the first packet. */
  firstSentMs: number;
  lastSentMs: number;
  firstArrivedMs: number;
  lastArrivedMs: number;
  /** The one before it. */
  formerSentMs: number;
  formerArrivedMs: number;
  bursts: number;
  /** How much later it came than the first burst did, both as seen from their sending. */
  delayMs: number;
  readonly line: Line;
  /** The lowest mean delay of the present five seconds and of those before them. */
  lowestMs: number;
  formerLowestMs: number;
  lowestSinceMs: number;
  /** What the slope would add to the delay within the horizon, as judged last. */
  growthMs: number;
  thresholdMs: number;
  aboveForMs: number;
}

export const trend = (): Trend => ({
  signal: 'Normal',
  firstSentMs: 0,
  lastSentMs: 0,
  firstArrivedMs: 0,
  lastArrivedMs: 0,
  formerSentMs: 0,
  formerArrivedMs: 0,
  bursts: 0,
  delayMs: 0,
  line: line(),
  lowestMs: Number.POSITIVE_INFINITY,
  formerLowestMs: Number.POSITIVE_INFINITY,
  lowestSinceMs: Number.NEGATIVE_INFINITY,
  growthMs: 0,
  thresholdMs: firstThresholdMs,
  aboveForMs: -1,
});

/**
 * Takes in a packet that arrived, in the order of sending; one sent before the present burst is passed over. Most are of that
 * burst: for these it is short enough to be compiled into its caller, and allocates no boxes for its numbers.
 */
export function noteArrived(of: Trend, sentMs: number, arrivedMs: number): void {
  const sinceMs = sentMs - of.firstSentMs;
  if (sinceMs >= 0 && sinceMs <= burstMs && of.bursts > 0) {
    if (sentMs > of.lastSentMs) of.lastSentMs = sentMs;
    if (arrivedMs > of.lastArrivedMs) of.lastArrivedMs = arrivedMs;
  } else if (sinceMs >= 0 || of.bursts === 0) noteLater(of, sentMs, arrivedMs);
}

/** Of a packet that was not sent within the burst: it may have come with it, else it begins the next. */
function noteLater(of: Trend, sentMs: number, arrivedMs: number): void {
  if (of.bursts > 0) {
    if (isCaughtUp(of, sentMs, arrivedMs)) {
      of.lastSentMs = Math.max(of.lastSentMs, sentMs);
      of.lastArrivedMs = Math.max(of.lastArrivedMs, arrivedMs);
      return;
    }
    if (of.bursts > 1) judgeBurst(of);
    of.formerSentMs = of.lastSentMs;
    of.formerArrivedMs = of.lastArrivedMs;
    if (sentMs - of.lastSentMs > gapMs || Math.abs(arrivedMs - of.lastArrivedMs) > 2 * gapMs) forget(of);
  }
  of.bursts += 1;
  of.firstSentMs = sentMs;
  of.lastSentMs = sentMs;
  of.firstArrivedMs = arrivedMs;
  of.lastArrivedMs = arrivedMs;
}

/** Begins anew, with the threshold as it is. */
export function forget(of: Trend): void {
  of.bursts = 0;
  of.delayMs = 0;
  clear(of.line);
  of.lowestMs = Number.POSITIVE_INFINITY;
  of.formerLowestMs = Number.POSITIVE_INFINITY;
  of.signal = 'Normal';
  of.growthMs = 0;
  of.aboveForMs = -1;
}

function isCaughtUp(of: Trend, sentMs: number, arrivedMs: number): boolean {
  const gap = arrivedMs - of.lastArrivedMs;
  return gap < sentMs - of.lastSentMs && gap <= burstMs && arrivedMs - of.firstArrivedMs < maxBurstMs;
}

/** The burst is complete: how much longer did it take than the one before? */
function judgeBurst(of: Trend): void {
  const elapsedMs = of.lastSentMs - of.formerSentMs;
  of.delayMs += of.lastArrivedMs - of.formerArrivedMs - elapsedMs;
  addPoint(of.line, of.lastSentMs, of.delayMs);
  if (!fit(of.line, windowMs)) return;
  noteLowest(of);
  detect(of, of.line.slope * horizonMs, elapsedMs);
}

function noteLowest(of: Trend): void {
  if (of.lastSentMs - of.lowestSinceMs > memoryMs) {
    of.lowestSinceMs = of.lastSentMs;
    of.formerLowestMs = of.lowestMs;
    of.lowestMs = Number.POSITIVE_INFINITY;
  }
  of.lowestMs = Math.min(of.lowestMs, of.line.mean);
}

/** Section 5.4: too steep for a while, and not getting any better, is overuse. */
function detect(of: Trend, growthMs: number, elapsedMs: number): void {
  if (growthMs > of.thresholdMs) {
    const isSecond = of.aboveForMs >= 0;
    // It was passed somewhere within the first burst.
    of.aboveForMs = isSecond ? of.aboveForMs + elapsedMs : elapsedMs / 2;
    const queueMs = of.line.mean - Math.min(of.lowestMs, of.formerLowestMs);
    const isPlain = of.line.certainty > certain || queueMs > plainQueueMs;
    if (isSecond && of.aboveForMs > overuseMs && isPlain && growthMs >= of.growthMs) of.signal = 'Overuse';
  } else {
    of.aboveForMs = -1;
    of.signal = growthMs < -of.thresholdMs ? 'Underuse' : 'Normal';
  }
  of.growthMs = growthMs;
  adapt(of, Math.abs(growthMs), Math.min(elapsedMs, maxBurstMs));
}

/** Quickly up, or a flow of TCP beside us would starve us; slowly down; not at all for the spike of a route's change. */
function adapt(of: Trend, growthMs: number, elapsedMs: number): void {
  const above = growthMs - of.thresholdMs;
  if (above > outlierMs) return;
  const rate = above < 0 ? fallPerMs : risePerMs;
  of.thresholdMs = Math.max(lowestThresholdMs, Math.min(highestThresholdMs, of.thresholdMs + rate * above * elapsedMs));
}
