/** What to do after an attempt has failed or a session has ended. Pure: randomness comes in as an argument. */

import { Refusal } from './signalling.js';

/**
 *   token         401: ask for a token, then try again; the page's own words say which, unless there was one
 *   waiting       the server works, but not for us yet: nobody publishes, the room is full, the room is unknown
 *   reconnecting  no server, a failing server, or a session that ended
 *   refused       trying again would bring the same answer: only a person can change that
 *
 * @typedef {{ name: 'token', detail: string }
 *   | { name: 'waiting' | 'reconnecting', detail: string, afterMs: number }
 *   | { name: 'refused', detail: string }} Step
 */

const wrongToken =
  'That token does not fit. Check that nothing of it is missing: publishing and watching have one each.';

const firstDelayMs = 1000;
const longestDelayMs = 15_000;

/** Answers that may change by themselves, with the pause for those that come without `Retry-After`. */
const patienceMs = new Map([
  [403, 10_000],
  [404, 10_000],
  [409, 3000],
  [429, 5000],
  [503, 5000],
]);

/**
 * Doubles from 1 s to 15 s; half of it is random, so that the clients of one lost server do not return all at once.
 *
 * @param {number} failures  How many attempts failed in a row before this one.
 * @param {() => number} random  In [0, 1).
 */
export function backoffMs(failures, random) {
  const fullMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10));
  return Math.round(fullMs / 2 + (random() * fullMs) / 2);
}

/**
 * @param {unknown} failure
 * @param {number} failures  How many attempts failed in a row before this one.
 * @param {() => number} random  In [0, 1).
 * @returns {Step}
 */
export function nextStep(failure, failures, random) {
  if (!(failure instanceof Refusal)) {
    const detail = failure instanceof Error ? failure.message : String(failure);
    return { name: 'reconnecting', detail, afterMs: backoffMs(failures, random) };
  }
  const { status, message: detail, retryAfterMs, hadToken } = failure;
  if (status === 401) return { name: 'token', detail: hadToken ? wrongToken : '' };
  const pauseMs = retryAfterMs ?? patienceMs.get(status);
  if (pauseMs !== undefined && patienceMs.has(status)) {
    return { name: 'waiting', detail, afterMs: Math.round(pauseMs * (1 + random() / 4)) };
  }
  if (status >= 500) return { name: 'reconnecting', detail, afterMs: retryAfterMs ?? backoffMs(failures, random) };
  return { name: 'refused', detail };
}
