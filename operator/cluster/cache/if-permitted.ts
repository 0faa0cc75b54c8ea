import type { KubeObject } from '../../kube.ts';
import { isStatus } from '../client/api-error.ts';
import type { Cache } from './cache.ts';

type Begin<T extends KubeObject> = (onError: (error: unknown) => void) => Cache<T>;

/**
 * A cache of what we may not be allowed to see, and can do without. A refusal is told of once, and until there is a list
 * nothing of it counts as old. It is filled when the permission comes.
 */
export function dispensable<T extends KubeObject>(
  begin: Begin<T>,
  onError: (error: unknown) => void,
  onRefused = () => {},
): Cache<T> {
  let isRefused = false;
  const begun = begin((error) => {
    const isRefusal = isStatus(error, 403);
    if (!isRefusal || !isRefused) onError(error);
    if (!isRefusal) return;
    isRefused = true;
    onRefused();
  });
  // A permission that is taken away later leaves a copy that gets old, and is told of again.
  void begun.synced.then(() => {
    isRefused = false;
  });
  return {
    ...begun,
    get counts() {
      return begun.counts;
    },
    lastHeardMs: () => (isRefused && !begun.isSynced() ? Number.POSITIVE_INFINITY : begun.lastHeardMs()),
  };
}

/** One of which a refusal is an answer, too: nobody waits any longer for its first list. */
export function ifPermitted<T extends KubeObject>(begin: Begin<T>, onError: (error: unknown) => void): Cache<T> {
  const { promise: refused, resolve: setRefused } = Promise.withResolvers<void>();
  let isRefused = false;
  const begun = dispensable(begin, onError, () => {
    isRefused = true;
    setRefused();
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
