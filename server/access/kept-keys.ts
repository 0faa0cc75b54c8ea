/**
 * Keys that somebody else publishes: read when they are needed, kept while they are fresh, and used on when they cannot
 * be read again, but not for ever.
 *
 *   0 ──── fresh: used as they are ────┬── stale: read anew, and used if that fails ──┬── of no use: nobody gets in
 *                                  10 min                                           24 h
 *
 * Whoever is asked about a key that is not among them, or by a signature that is of none, reads them anew at once, as a new key
 * signs from its first minute on; but not more often than the cool-down says, or strangers could have them read with each
 * made-up name or signature.
 */
import type { Clock } from '../room/rooms.ts';

/** There are none, and none can be had now. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface KeptKeys<T> {
  /** The keys. Waits for them only when they are not fresh. Rejects with {@link KeysUnavailable}. */
  now(): Promise<T>;
  /** Others than those, for a key that is not among them; undefined when there are none, or it was asked just now. */
  newer(than: T): Promise<T | undefined>;
}

/** In milliseconds. */
export interface KeepTimes {
  readonly freshMs: number;
  /** A key that its owner took back while we could not hear of it is trusted for no longer than this. */
  readonly staleMs: number;
  /** Between two readings for the sake of a key that is not known. */
  readonly coolDownMs: number;
  /** For one reading. Whoever joins may have to wait so long. */
  readonly timeoutMs: number;
  /** After a reading that failed; twice as long after each more, up to the cool-down. */
  readonly retryMs: number;
}

export const keepTimes: KeepTimes = {
  freshMs: 10 * 60_000,
  staleMs: 24 * 60 * 60_000,
  coolDownMs: 30_000,
  timeoutMs: 3000,
  retryMs: 1000,
};

export interface KeptKeysOptions<T> {
  /** A new object each time. The signal ends it when it takes too long. */
  readonly read: (signal: AbortSignal) => Promise<T>;
  readonly clock: Clock;
  /** Told of each reading that failed. */
  readonly onProblem: (error: unknown) => void;
  readonly times?: KeepTimes;
}

export function keptKeys<T>({ read, clock, onProblem, times = keepTimes }: KeptKeysOptions<T>): KeptKeys<T> {
  let kept: { readonly keys: T; readonly atMs: number } | undefined;
  let tried: { readonly atMs: number; readonly failures: number } = { atMs: Number.NEGATIVE_INFINITY, failures: 0 };
  let reading: Promise<void> | undefined;

  /** Of a clock that was set back nothing is known but that it is time to look. */
  const since = (atMs: number, unknownMs: number) => (clock.now() < atMs ? unknownMs : clock.now() - atMs);
  const isYounger = (ms: number) => kept !== undefined && since(kept.atMs, times.freshMs) < ms;

  const attempt = async () => {
    const { failures } = tried;
    tried = { atMs: clock.now(), failures };
    try {
      kept = { keys: await inTime(read, clock, times.timeoutMs), atMs: clock.now() };
      tried = { ...tried, failures: 0 };
    } catch (error) {
      tried = { ...tried, failures: failures + 1 };
      onProblem(error);
    }
  };
  /** One at a time, for all who wait for it. */
  const renew = () => {
    reading ??= attempt().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const mayRead = (afterMs: number) => reading !== undefined || since(tried.atMs, afterMs) >= afterMs;
  const retryMs = () =>
    tried.failures === 0 ? 0 : Math.min(times.coolDownMs, times.retryMs * 2 ** (tried.failures - 1));

  return {
    now: async () => {
      if (!isYounger(times.freshMs) && mayRead(retryMs())) await renew();
      if (kept !== undefined && isYounger(times.staleMs)) return kept.keys;
      throw new KeysUnavailable('The keys cannot be had now.');
    },
    newer: async (than) => {
      if (kept?.keys === than && mayRead(times.coolDownMs)) await renew();
      return kept?.keys === than ? undefined : kept?.keys;
    },
  };
}

/** Rejects when it takes too long, also when the signal is passed over. */
async function inTime<T>(read: (signal: AbortSignal) => Promise<T>, clock: Clock, timeoutMs: number): Promise<T> {
  const abort = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(timeoutMs, () => {
    reject(new Error(`no keys within ${timeoutMs} ms`));
    abort.abort();
  });
  try {
    return await Promise.race([read(abort.signal), late]);
  } finally {
    cancel();
  }
}
