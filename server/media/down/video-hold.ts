/**
 * Whether a subscriber's video is held back, as its network does not carry even the least of it: then sound goes through
 * unharmed, and the video goes on with a key frame when a probe has shown that there is room for it.
 *
 *   sent ── too little for 3 s, and the network says so ──► held ── calm, then the rate is proven ──► sent
 *     └──── again within 10 s: the next trial waits twice as long ────┘
 *
 * It only decides, as layer-choice.ts does.
 */
import { heavyLossRatio } from '../estimate/loss.ts';
import type { LayerInput } from './layer-choice.ts';

export interface HoldInput
  extends Pick<LayerInput, 'nowMs' | 'estimateBps' | 'otherBps' | 'lossRatio' | 'isCongested' | 'canProbe'> {
  /** What the least takes that the subscriber may be sent of the video, or what it chose; 0 while none flows. */
  takesBps: number;
  /** What of all that is sent arrives; -1 where that is not known. */
  deliveredBps: number;
}

export interface VideoHold {
  isHeld: boolean;
  /** To what rate in all the sending is to be filled up; 0: not at all. */
  probeBps: number;
  /** Since when the estimate is too little; Infinity: it is not. When the network was congested last, and looked at. */
  shortSinceMs: number;
  congestedMs: number;
  lookedMs: number;
  /** Since when nothing has spoken against a trial, and how long that must hold. */
  calmSinceMs: number;
  waitMs: number;
  probeSinceMs: number;
  resumedMs: number;
}

/** An estimate is below what arrives for a moment's queue, and networks that lose some percent whatever is sent have low ones. */
const tooLittle = 0.8;
const arriving = 0.9;
const tooLittleForMs = 3000;
/** Looks that are further apart, by a thread that was late, say nothing of what was between them. */
const longestGapMs = 1000;
/** An estimate that is low without a queue or losses has not been tried yet. */
const congestedForMs = 2000;
/** A probe tells before it hurts; a trial with the video itself takes seconds of the sound. */
const firstWaitMs = { probed: 2000, untried: 5000 } as const;
const longestWaitMs = 30_000;
const spare = 1.1;
const probed = 1.2;
const probeStep = 1.5;
const probeMs = 500;
const probeAtMostMs = 6000;
const mistakeMs = 10_000;

export const videoHold = (nowMs: number): VideoHold => ({
  isHeld: false,
  probeBps: 0,
  shortSinceMs: Number.POSITIVE_INFINITY,
  congestedMs: Number.NEGATIVE_INFINITY,
  lookedMs: nowMs,
  calmSinceMs: nowMs,
  waitMs: 0,
  probeSinceMs: Number.NEGATIVE_INFINITY,
  resumedMs: Number.NEGATIVE_INFINITY,
});

/** To be called a few times a second. Sets `isHeld` and `probeBps`; allocates nothing. */
export function decideHold(of: VideoHold, input: HoldInput): void {
  if (showsWhy(of, input)) of.congestedMs = input.nowMs;
  if (of.isHeld) considerResuming(of, input);
  else considerHolding(of, input);
  of.lookedMs = input.nowMs;
}

/**
 * An estimate of the client's own falls for a busy machine, too, and what arrives is not known then but by what is lost: on a
 * link for less than 0.8 of what is sent more than the rest. Radio loses a tenth now and then, whatever is sent.
 */
const showsWhy = ({ isHeld }: VideoHold, { isCongested, lossRatio, deliveredBps }: HoldInput): boolean =>
  isHeld || deliveredBps >= 0 ? isCongested || lossRatio > heavyLossRatio : lossRatio > 1 - tooLittle;

function considerHolding(of: VideoHold, input: HoldInput): void {
  const { nowMs, estimateBps, otherBps, takesBps, deliveredBps, canProbe } = input;
  const neededBps = otherBps + takesBps;
  const isShort = takesBps > 0 && estimateBps < tooLittle * neededBps && deliveredBps < arriving * neededBps;
  if (!isShort) of.shortSinceMs = Number.POSITIVE_INFINITY;
  else if (of.shortSinceMs === Number.POSITIVE_INFINITY || nowMs - of.lookedMs > longestGapMs) of.shortSinceMs = nowMs;
  const lastedMs = nowMs - of.resumedMs;
  if (lastedMs >= mistakeMs) of.waitMs = 0;
  if (nowMs - of.shortSinceMs < tooLittleForMs || nowMs - of.congestedMs >= congestedForMs) return;
  of.waitMs = of.waitMs === 0 ? firstWaitMs[canProbe ? 'probed' : 'untried'] : twice(of.waitMs);
  of.isHeld = true;
  of.calmSinceMs = nowMs;
}

function considerResuming(
  of: VideoHold,
  { nowMs, estimateBps, otherBps, takesBps, lossRatio, canProbe }: HoldInput,
): void {
  if (of.congestedMs === nowMs) {
    if (of.probeBps > 0) endProbe(of, nowMs);
    of.calmSinceMs = nowMs;
    return;
  }
  if (takesBps === 0 || nowMs - of.calmSinceMs < of.waitMs) return;
  if (!canProbe) {
    resume(of, nowMs);
    return;
  }
  const neededBps = otherBps + takesBps / (1 - lossRatio);
  if (of.probeBps === 0) of.probeSinceMs = nowMs;
  of.probeBps = Math.min(probed * neededBps, probeStep * estimateBps);
  const probedForMs = nowMs - of.probeSinceMs;
  if (probedForMs >= probeMs && estimateBps >= spare * neededBps) resume(of, nowMs);
  else if (probedForMs >= probeAtMostMs) endProbe(of, nowMs);
}

function resume(of: VideoHold, nowMs: number): void {
  of.isHeld = false;
  of.probeBps = 0;
  of.shortSinceMs = Number.POSITIVE_INFINITY;
  of.congestedMs = Number.NEGATIVE_INFINITY;
  of.resumedMs = nowMs;
}

function endProbe(of: VideoHold, nowMs: number): void {
  of.probeBps = 0;
  of.calmSinceMs = nowMs;
  of.waitMs = twice(of.waitMs);
}

const twice = (ms: number): number => Math.min(longestWaitMs, 2 * ms);
