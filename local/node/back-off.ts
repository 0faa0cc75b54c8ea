/**
 * When a container that ended may start again: the first restart at once, then 10 s after it ended, doubling to 5 min;
 * a container that ran for 10 minutes since its last start begins anew. The figures and the rule that the delay counts
 * from the end are those of the kubelet (v1.36, kuberuntime doBackOff).
 */
export interface BackOff {
  readonly delayMs: number;
  /** When the delay was last raised, which is when the container was last restarted. */
  readonly raisedAt: number;
}

const firstDelayMs = 10_000;
const longestDelayMs = 300_000;

const hasExpired = (backOff: BackOff, finishedAt: number) => finishedAt - backOff.raisedAt > 2 * longestDelayMs;

/** The earliest time (ms) at which a container that ended at `finishedAt` may start again. */
export function restartAt(backOff: BackOff | undefined, finishedAt: number): number {
  if (backOff === undefined || hasExpired(backOff, finishedAt)) return finishedAt;
  return finishedAt + backOff.delayMs;
}

/** The back-off after a restart at `now` of a container that ended at `finishedAt`. */
export function raised(backOff: BackOff | undefined, finishedAt: number, now: number): BackOff {
  if (backOff === undefined || hasExpired(backOff, finishedAt)) return { delayMs: firstDelayMs, raisedAt: now };
  return { delayMs: Math.min(2 * backOff.delayMs, longestDelayMs), raisedAt: now };
}
