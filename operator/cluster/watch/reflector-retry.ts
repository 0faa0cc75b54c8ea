import { ApiError, isStatus } from '../client/api-error.ts';
import { backoff } from '../queue/backoff.ts';
import { BrokenWatch } from './live-events.ts';
import type { ReflectorTiming } from './reflector-timing.ts';
import { UnparsableLine } from './watch-events.ts';

/** Refusals before the watch began (429, 5xx, 403) and broken connections cost nothing: the version is still good. */
export const missedSomething = (error: unknown): boolean =>
  error instanceof UnparsableLine || error instanceof BrokenWatch || isStatus(error, 410);

/** How long to wait after each failure, in ms. */
export function retries(timing: ReflectorTiming, now: () => number, random: () => number): (error: unknown) => number {
  const next = backoff({
    firstMs: timing.backoffFirstMs,
    maxMs: timing.backoffMaxMs,
    stableMs: timing.backoffStableMs,
    now,
    random,
  });
  return (error) => next.nextMs(...waitAfter(error, timing));
}

/** What a failure says of how long to wait: at least, and at most. */
function waitAfter(error: unknown, { backoffAwayMs, backoffMaxMs }: ReflectorTiming): [number, number] {
  const answer = error instanceof ApiError ? error : undefined;
  const isRefusal = answer !== undefined && answer.status < 500;
  return [answer?.retryAfterMs ?? 0, isRefusal ? backoffMaxMs : backoffAwayMs];
}
