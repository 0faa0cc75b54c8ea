import { setTimeout as sleep } from 'node:timers/promises';

export interface LookoutOptions {
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** Waited for before the first look. Never rejects. */
  readonly begin?: Promise<unknown>;
  /** How long to wait after a look. */
  readonly nextMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** At least between two looks that nobody waits for: what happens does so many times at once. */
const restMs = 200;

/** Looks again and again, sooner when there is news, and out of turn when asked. One look at a time. */
export function lookout({ look, begin = Promise.resolve(), nextMs, onError }: LookoutOptions) {
  const stopping = new AbortController();
  const { promise: looked, resolve: setLooked } = Promise.withResolvers<void>();
  let looking = Promise.resolve();
  let news = new AbortController();

  const lookNow = () => {
    looking = looking
      .then(() => look(stopping.signal))
      .catch((error) => {
        if (!stopping.signal.aborted) onError(error);
      });
    return looking;
  };

  const rest = (ms: number, ...ends: AbortSignal[]) =>
    sleep(ms, undefined, { signal: AbortSignal.any([stopping.signal, ...ends]) }).catch(() => {});

  async function run(): Promise<void> {
    await begin;
    while (!stopping.signal.aborted) {
      // Before the look, which may not see what happens meanwhile.
      news = new AbortController();
      await lookNow();
      setLooked();
      await rest(restMs);
      await rest(nextMs(), news.signal);
    }
  }

  run().catch(onError);

  return {
    /** Settled after the first look, whether or not it succeeded. */
    looked,
    /** There is something to be seen: the next look is not waited for any longer. */
    lookSoon: (): void => news.abort(),
    /** Never rejects. */
    lookNow,
    stop(): void {
      stopping.abort();
      setLooked();
    },
  };
}
