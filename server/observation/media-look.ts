import type { MediaPlane, MediaSnapshot } from '../media/plane.ts';

export interface MediaLookOptions {
  readonly timeoutMs: number;
  readonly onLate: () => void;
  /** For so long an answer is handed to whoever asks next. */
  readonly keepMs: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/**
 * The media thread's numbers, for whoever must not wait for ever: when it does not answer in time, those from before.
 * However many ask, one question at a time is on its way, so a thread that hangs does not find a heap of them, and one
 * that works is not kept from its packets.
 */
export function mediaLook(
  media: Pick<MediaPlane, 'snapshot'>,
  first: MediaSnapshot,
  { timeoutMs, onLate, keepMs, nowMs }: MediaLookOptions,
): () => Promise<MediaSnapshot> {
  let last = first;
  let freshUntilMs = Number.NEGATIVE_INFINITY;
  let asked: Promise<void> | undefined;
  return async () => {
    if (nowMs() < freshUntilMs) return last;
    asked ??= media
      .snapshot()
      .then(
        (seen) => {
          last = seen;
          freshUntilMs = nowMs() + keepMs;
        },
        // The thread has died; the process is ending.
        () => undefined,
      )
      .finally(() => {
        asked = undefined;
      });
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), timeoutMs);
    if ((await Promise.race([asked, late])) === 'late') onLate();
    clearTimeout(timer);
    return last;
  };
}
