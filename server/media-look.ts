import type { MediaPlane, MediaSnapshot } from './media/plane.ts';

/**
 * The media thread's numbers, for whoever must not wait for ever: when it does not answer in time, those from before.
 * However many ask, one question at a time is on its way, so a thread that hangs does not find a heap of them.
 */
export function mediaLook(
  media: Pick<MediaPlane, 'snapshot'>,
  first: MediaSnapshot,
  { timeoutMs, onLate }: { readonly timeoutMs: number; readonly onLate: () => void },
): () => Promise<MediaSnapshot> {
  let last = first;
  let asked: Promise<void> | undefined;
  return async () => {
    asked ??= media
      .snapshot()
      .then(
        (seen) => {
          last = seen;
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
