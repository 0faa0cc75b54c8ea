import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** Asks every 100 ms until it is so. Throws what was waited for after the deadline. */
export async function until(
  { signal, deadlineMs }: WaitOptions,
  what: string,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const endsAt = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error(`waited ${deadlineMs / 1000} s for ${what}`);
    await sleep(100, undefined, { signal });
  }
}
