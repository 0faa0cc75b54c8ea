import { setTimeout as sleep } from 'node:timers/promises';

export interface NowAndThenOptions {
  /** From the end of one to the beginning of the next; each time up to a quarter less or more. */
  readonly everyMs: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Does something over and over until the signal; the first time comes last, so that a start is not made slower. */
export async function nowAndThen(
  act: () => Promise<void>,
  { everyMs, random, signal, onError }: NowAndThenOptions,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs * (0.75 + random() / 2), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await act().catch((error) => {
      if (!signal.aborted) onError(error);
    });
  }
}
