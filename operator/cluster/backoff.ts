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
