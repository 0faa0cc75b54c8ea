/**
 * Which simulcast layer a subscriber is to be sent: the highest that its network carries, or the one it chose. Down at once,
 * up only after calm and a probe; a network that does not carry a layer is left in peace longer each time.
 *
 *   calm for a while ──► probe the next layer's rate for half a second ─► up
 *          ▲                            │ congestion, or no proof in time
 *          └──── twice the wait ────────┘◄── and down again soon after an up
 *
 * It only decides. Until a key frame of the wanted layer has come, the present one goes on.
 */
import { heavyLossRatio } from '../estimate/loss.ts';

/** What a decision is made from. All rates in bits a second. */
export interface LayerInput {
  nowMs: number;
  /** What may be sent to the subscriber in all, and what of it is not this track's: audio, other tracks. */
  estimateBps: number;
  otherBps: number;
  /** Of 1. */
  lossRatio: number;
  isCongested: boolean;
  /** Of each layer, the lowest first, as received of late, or before it was paused by us; 0 while it does not flow. */
  layersBps: readonly number[];
  /** Whether there is a way to send more than the media: retransmissions, padding. */
  canProbe: boolean;
  /** The one layer the subscriber asked for; -1: it left that to us. */
  chosen: number;
  /** The highest that it wants, or may have. */
  highest: number;
}

export interface LayerChoice {
  /** The layer to be sent; -1 before any flows. A key frame of it is to be asked for while it differs from `present`. */
  wanted: number;
  /** The layer that is sent; -1 before the first key frame. */
  present: number;
  /** To what rate in all the sending is to be filled up; 0: not at all. */
  probeBps: number;
  /**
   * Since when nothing spoke against going up, and for how long that must hold: after probes that failed at this layer, and
   * after layers that had to be left again.
   */
  calmSinceMs: number;
  probeWaitMs: number;
  upWaitMs: number;
  probeSinceMs: number;
  /** When the present layer was reached from a lower one; -Infinity: it was not, or that is long ago. */
  upAtMs: number;
  /** Since when the estimate is below what the present layer takes; Infinity: it is not. */
  shortSinceMs: number;
}

const firstWaitMs = 1000;
const longestWaitMs = 30_000;
/** An estimate falls to 0.85 of what is delivered for a moment's queue: not a reason yet, unless it stays. */
const shortAtOnce = 0.8;
const short = 0.95;
const shortForMs = 1500;
/** Encoders vary. Up only with this to spare, and probed for a little more. */
const spare = 1.1;
const probed = 1.2;
const probeMs = 500;
const probeAtMostMs = 5000;
/** A probe goes no further than this beyond what is known to go through, so that it never costs a long queue. */
const probeStep = 1.5;
/** The estimate needs this long to see a layer that was not probed. */
const graceMs = 2000;
/** Down again within this time was a mistake to go up; longer than this was right. */
const mistakeMs = 10_000;

export const layerChoice = (nowMs: number): LayerChoice => ({
  wanted: -1,
  present: -1,
  probeBps: 0,
  calmSinceMs: nowMs,
  probeWaitMs: firstWaitMs,
  upWaitMs: firstWaitMs,
  probeSinceMs: Number.NEGATIVE_INFINITY,
  upAtMs: Number.NEGATIVE_INFINITY,
  shortSinceMs: Number.POSITIVE_INFINITY,
});

/** To be called with each feedback, or every 100 ms. Sets `wanted` and `probeBps`; allocates nothing. */
export function decideLayer(of: LayerChoice, input: LayerInput): void {
  const { nowMs, chosen, highest, layersBps } = input;
  const isManual = chosen >= 0;
  const bound = isManual ? chosen : highest;
  const best = flowing(layersBps, Math.min(bound, layersBps.length - 1));
  if (best < 0 || isManual) {
    of.wanted = best < 0 ? of.wanted : best;
    restart(of, nowMs);
    return;
  }
  // It stopped, or was forbidden; or it is the first that is ever sent: that is the lowest.
  const start = of.wanted < 0 ? 0 : Math.min(of.wanted, best);
  const wanted = flowing(layersBps, start);
  if (wanted !== of.wanted) {
    of.wanted = wanted;
    restart(of, nowMs);
  }
  if (mustGoDown(of, input)) goDown(of, input);
  else considerUp(of, input);
}

/** To be called when a key frame of a layer came and it is what the subscriber is sent from now on. */
export function noteSwitched(of: LayerChoice, layer: number, nowMs: number): void {
  of.upAtMs = of.present >= 0 && layer > of.present ? nowMs : Number.NEGATIVE_INFINITY;
  of.present = layer;
  restart(of, nowMs);
}

/** The highest that flows up to `layer`, else the lowest that flows above it; -1: none does. */
function flowing(layersBps: readonly number[], layer: number): number {
  for (let i = layer; i >= 0; i--) if ((layersBps[i] ?? 0) > 0) return i;
  for (let i = Math.max(0, layer + 1); i < layersBps.length; i++) if ((layersBps[i] ?? 0) > 0) return i;
  return -1;
}

function restart(of: LayerChoice, nowMs: number): void {
  of.calmSinceMs = nowMs;
  of.probeBps = 0;
  of.shortSinceMs = Number.POSITIVE_INFINITY;
}

function mustGoDown(of: LayerChoice, input: LayerInput): boolean {
  const { nowMs, estimateBps, otherBps, layersBps, isCongested, canProbe } = input;
  const takesBps = layersBps[of.wanted] ?? 0;
  const budgetBps = estimateBps - otherBps;
  if (budgetBps >= short * takesBps) {
    of.shortSinceMs = Number.POSITIVE_INFINITY;
    return false;
  }
  const isUntested = !canProbe && (of.present !== of.wanted || nowMs - of.upAtMs < graceMs);
  if (isUntested && !isCongested) {
    of.shortSinceMs = nowMs;
    return false;
  }
  if (of.shortSinceMs === Number.POSITIVE_INFINITY) of.shortSinceMs = nowMs;
  return budgetBps < shortAtOnce * takesBps || nowMs - of.shortSinceMs >= shortForMs;
}

function goDown(of: LayerChoice, { nowMs, estimateBps, otherBps, layersBps }: LayerInput): void {
  let target = of.wanted;
  for (let i = of.wanted - 1; i >= 0; i--) {
    const takesBps = layersBps[i] ?? 0;
    if (takesBps === 0) continue;
    target = i;
    if (takesBps <= estimateBps - otherBps) break;
  }
  // The lowest is kept, whatever the estimate: less than that is nothing.
  if (target === of.wanted) {
    if (of.probeBps > 0) endProbe(of, nowMs);
    else of.calmSinceMs = nowMs;
    return;
  }
  const wasMistake = of.present < of.wanted || nowMs - of.upAtMs < mistakeMs;
  of.wanted = target;
  restart(of, nowMs);
  of.probeWaitMs = firstWaitMs;
  if (wasMistake) of.upWaitMs = Math.min(longestWaitMs, 2 * of.upWaitMs);
}

/** The network does not carry more: it is left in peace for longer. */
function endProbe(of: LayerChoice, nowMs: number): void {
  restart(of, nowMs);
  of.probeWaitMs = Math.min(longestWaitMs, 2 * of.probeWaitMs);
}

function considerUp(of: LayerChoice, input: LayerInput): void {
  const { nowMs, estimateBps, otherBps, lossRatio, isCongested, layersBps, canProbe, highest } = input;
  if (nowMs - of.upAtMs >= mistakeMs && of.upAtMs !== Number.NEGATIVE_INFINITY) {
    of.upWaitMs = firstWaitMs;
    of.upAtMs = Number.NEGATIVE_INFINITY;
  }
  if (isCongested || lossRatio > heavyLossRatio || of.shortSinceMs !== Number.POSITIVE_INFINITY) {
    if (of.probeBps > 0) endProbe(of, nowMs);
    else of.calmSinceMs = nowMs;
    return;
  }
  const next = above(layersBps, of.wanted, highest);
  if (next < 0 || of.present !== of.wanted) {
    of.probeBps = 0;
    return;
  }
  if (nowMs - of.calmSinceMs < Math.max(of.probeWaitMs, of.upWaitMs)) return;
  // Losses are sent again, so they take their part.
  const takesBps = otherBps + (layersBps[next] ?? 0) / (1 - lossRatio);
  if (of.probeBps === 0) of.probeSinceMs = nowMs;
  of.probeBps = canProbe ? Math.min(probed * takesBps, probeStep * estimateBps) : 0;
  const probedForMs = nowMs - of.probeSinceMs;
  const isProven = probedForMs >= probeMs && estimateBps >= spare * takesBps;
  // Without probes the layer itself is the probe.
  if (!canProbe || isProven) {
    of.wanted = next;
    of.probeWaitMs = firstWaitMs;
    restart(of, nowMs);
  } else if (probedForMs >= probeAtMostMs) endProbe(of, nowMs);
}

/** The next layer that flows above `layer`, up to `highest`; -1: none. */
function above(layersBps: readonly number[], layer: number, highest: number): number {
  for (let i = layer + 1; i <= highest && i < layersBps.length; i++) if ((layersBps[i] ?? 0) > 0) return i;
  return -1;
}
