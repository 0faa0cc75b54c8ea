import type { KubeObject } from '../kube.ts';
import { isStatus } from './api-error.ts';
import type { Cache } from './cache.ts';

/**
 * A cache of what we may not be allowed to see, and can do without. That it is refused is an answer, too: nobody waits any
 * longer for its first list, and it is filled when the permission comes.
 */
export function ifPermitted<T extends KubeObject>(
  begin: (onError: (error: unknown) => void) => Cache<T>,
  onError: (error: unknown) => void,
): Cache<T> {
  const { promise: refused, resolve: setRefused } = Promise.withResolvers<void>();
  let isRefused = false;
  const begun = begin((error) => {
    if (isStatus(error, 403)) {
      isRefused = true;
      setRefused();
    }
    onError(error);
  });
  return {
    ...begun,
    get counts() {
      return begun.counts;
    },
    synced: Promise.race([begun.synced, refused]),
    isSynced: () => isRefused || begun.isSynced(),
  };
}
