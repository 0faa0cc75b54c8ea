import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../kube.ts';
import type { Cache } from '../cache/cache.ts';

export interface ChangingKindsOptions<K, T extends KubeObject> {
  readonly begin: (kind: K) => Cache<T>;
  /** The objects of a kind are known at last, long after it was begun with. */
  readonly onLate: () => void;
  /** How long a kind that we may not list, for instance, is waited for. */
  readonly patienceMs?: number;
}

/** Caches of kinds that come and go while we run. */
export function changingKinds<K, T extends KubeObject>({
  begin,
  onLate,
  patienceMs = 5_000,
}: ChangingKindsOptions<K, T>) {
  const caches = new Map<K, Cache<T>>();
  const listed = new WeakSet<Cache<T>>();
  let isStopped = false;

  return {
    has: (kind: K) => caches.has(kind),
    get: (kind: K) => caches.get(kind),
    all: () => [...caches.values()],
    entries: () => [...caches.entries()],
    /** Whether the objects of all kinds that are there are known. */
    areListed: () => [...caches.values()].every((one) => listed.has(one)),

    /** Begins to watch a kind, or ends. Resolves to whether it did. */
    async follow(kind: K, isServed: boolean): Promise<boolean> {
      const known = caches.get(kind);
      if (isServed === (known !== undefined)) return false;
      if (known !== undefined) {
        known.stop();
        return caches.delete(kind);
      }
      const added = begin(kind);
      const isListed = added.synced.then(() => {
        listed.add(added);
        if (caches.get(kind) === added && !isStopped) onLate();
      });
      await Promise.race([isListed, sleep(patienceMs, undefined, { ref: false })]);
      if (isStopped) added.stop();
      else caches.set(kind, added);
      return true;
    },

    stop(): void {
      isStopped = true;
      for (const one of caches.values()) one.stop();
    },
  };
}
