import { setTimeout as sleep } from 'node:timers/promises';

export interface LookoutOptions {
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** How long to wait after a look. */
  readonly nextMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** Looks at once, then again and again, and out of turn when asked. One look at a time. */
export function lookout({ look, nextMs, onError }: LookoutOptions) {
  const stopping = new AbortController();
  const { promise: looked, resolve: setLooked } = Promise.withResolvers<void>();
  let looking = Promise.resolve();

  const lookNow = () => {
    looking = looking
      .then(() => look(stopping.signal))
      .catch((error) => {
        if (!stopping.signal.aborted) onError(error);
      });
    return looking;
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await lookNow();
      setLooked();
      await sleep(nextMs(), undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  run().catch(onError);

  return {
    /** Settled after the first look, whether or not it succeeded. */
    looked,
    /** Never rejects. */
    lookNow,
    stop(): void {
      stopping.abort();
      setLooked();
    },
  };
}
