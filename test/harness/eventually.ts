import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks every 100 ms until `look` answers with something other than undefined or false, and resolves to that. After
 * `deadlineMs` it fails with what was waited for, and with the last error where there was one.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 20_000,
): Promise<T> {
  const endsAt = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > endsAt) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause: last });
    await sleep(100);
  }
}
