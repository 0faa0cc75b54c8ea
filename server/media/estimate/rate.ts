/**
 * The rate that the delay allows (draft-ietf-rmcat-gcc-02 section 5.5): a little below what was delivered once a queue
 * grows, then up again, by 8 % a second far from where queues began to grow before, by half a packet a round trip near it.
 *
 *   Normal     it rises
 *   Underuse   it is held: the queue empties
 *   Overuse    0.85 of what is delivered; again when that was given time to help and did not
 */
import { deliveredOverMs } from './delivered.ts';

export interface Rate {
  bps: number;
  /** Of the last call; -1 before the first. */
  changedMs: number;
  decreasedMs: number;
  /** Where queues began to grow: mean of what was delivered then and its relative variance; -1: not known. */
  limitBps: number;
  limitVariance: number;
}

/** Below this there is no video to be had, so there is nothing to be found out. */
export const lowestBps = 30_000;
const backOff = 0.85;
const growthPerSecond = 1.08;
/** What was not sent was not tested: beyond this factor nothing is known of the network. */
const untested = 1.5;
const untestedBps = 10_000;
/** Of a packet on its way through a queue, beside the round trip. */
const detectionMs = 100;
const longestTripMs = 200;
const limitMemory = 0.95;
const packetBits = 1200 * 8;
const framesPerSecond = 30;

export const rate = (bps: number): Rate => ({
  bps,
  changedMs: -1,
  decreasedMs: Number.NEGATIVE_INFINITY,
  limitBps: -1,
  limitVariance: 0,
});

/** A queue grows. `deliveredBps` is what comes through it; -1 while it is not known. */
export function fall(of: Rate, deliveredBps: number, roundTripMs: number, nowMs: number): void {
  of.changedMs = nowMs;
  // What was sent before the last time is still on its way, but the queue's own part of the round trip must not count.
  if (nowMs - of.decreasedMs < detectionMs + Math.min(longestTripMs, roundTripMs)) return;
  of.decreasedMs = nowMs;
  if (deliveredBps > 0) learnLimit(of, deliveredBps);
  of.bps = Math.max(lowestBps, Math.min(of.bps, backOff * (deliveredBps < 0 ? of.bps : deliveredBps)));
}

/**
 * No queue grows or shrinks.
 *
 * @param deliveredBps of the last half second; -1 while it is not known
 * @param provenBps what was both sent and delivered in that time
 */
export function rise(of: Rate, deliveredBps: number, provenBps: number, roundTripMs: number, nowMs: number): void {
  const elapsedMs = of.changedMs < 0 ? 0 : Math.max(0, Math.min(1000, nowMs - of.changedMs));
  of.changedMs = nowMs;
  const responseMs = detectionMs + roundTripMs;
  if (isAbove(of, deliveredBps)) of.limitBps = -1;
  const more =
    of.limitBps < 0 ? of.bps * (growthPerSecond ** (elapsedMs / 1000) - 1) : step(of.bps, elapsedMs / responseMs);
  const highest = deliveredBps < 0 ? of.bps : untested * deliveredBps + untestedBps;
  of.bps = Math.max(of.bps, Math.min(of.bps + more, highest));
  // What goes through without a queue is proven to; not so what was sent before the decrease took effect.
  if (nowMs - of.decreasedMs > responseMs + deliveredOverMs) of.bps = Math.max(of.bps, provenBps);
}

/** Near the limit: half a packet in the time that a reaction takes, at least 1000 bits. */
function step(bps: number, responses: number): number {
  const frameBits = bps / framesPerSecond;
  const usualPacketBits = frameBits / Math.ceil(frameBits / packetBits);
  return Math.max(1000 * Math.min(1, responses), 0.5 * Math.min(1, responses) * usualPacketBits);
}

/** As parts of the limit: a second one within three deviations of the first is taken for the same. */
const firstDeviation = 0.04;
const leastDeviation = 0.02;
const mostDeviation = 0.05;

const deviation = ({ limitBps, limitVariance }: Rate): number =>
  limitBps * Math.max(leastDeviation, Math.min(mostDeviation, Math.sqrt(limitVariance)));

const isAbove = (of: Rate, deliveredBps: number): boolean =>
  of.limitBps >= 0 && deliveredBps > of.limitBps + 3 * deviation(of);

function learnLimit(of: Rate, deliveredBps: number): void {
  if (of.limitBps < 0 || Math.abs(deliveredBps - of.limitBps) > 3 * deviation(of)) {
    of.limitBps = deliveredBps;
    of.limitVariance = firstDeviation ** 2;
    return;
  }
  const error = (deliveredBps - of.limitBps) / of.limitBps;
  of.limitBps += (1 - limitMemory) * (deliveredBps - of.limitBps);
  of.limitVariance += (1 - limitMemory) * (error * error - of.limitVariance);
}
