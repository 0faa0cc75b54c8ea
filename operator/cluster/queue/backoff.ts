export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** After this long without a failure the next one counts as the first. */
  readonly stableMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Exponential back-off with full jitter: the nth wait is uniform in [0, min(max, first · 2ⁿ)], so that many clients that
 * failed together do not come back together.
 */
export function backoff({ firstMs, maxMs, stableMs, now, random }: BackoffOptions) {
  let failures = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;
  return {
    /** How long to wait after one more failure, in ms; at least what the server asked for, else at most `atMostMs`. */
    nextMs(retryAfterMs = 0, atMostMs = maxMs): number {
      if (now() - lastEnd > stableMs) failures = 0;
      const wait = Math.max(retryAfterMs, random() * Math.min(maxMs, atMostMs, firstMs * 2 ** failures));
      failures = Math.min(failures + 1, 30);
      lastEnd = now() + wait;
      return wait;
    },
  };
}

/**
 * How long each key that has failed is put off. Not like the other: keys fail in one process, which takes few at a time
 * anyway, so that they need not be spread, and one that goes on failing costs a try a minute or two.
 */
export function keyBackoff({ firstMs, maxMs, random }: Pick<BackoffOptions, 'firstMs' | 'maxMs' | 'random'>) {
  const failures = new Map<string, number>();
  return {
    forget: (key: string) => failures.delete(key),
    /** Half of it random, and never 0 but for the first time where that is asked for: a key that fails at once must not spin. */
    nextMs(key: string, atOnce: boolean): number {
      const n = failures.get(key) ?? 0;
      failures.set(key, n + 1);
      if (n === 0 && atOnce) return 0;
      return Math.min(maxMs, firstMs * 3 ** n) * (0.5 + random() / 2);
    },
  };
}
