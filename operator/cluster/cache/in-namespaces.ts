import type { KubeObject } from '../../kube.ts';
import { collectionPath, type Type } from '../client/paths.ts';
import { noCounts, type WatchCounts } from '../watch/watch-counts.ts';
import { type Cache, type CacheOptions, cache } from './cache.ts';

/** Begins a cache of a kind, in all namespaces or in those that we look at. */
export type Collect = <T extends KubeObject>(type: Type, options: Omit<CacheOptions<T>, 'path'>) => Cache<T>;

/** Without `namespaces`: of all. */
export const collector =
  (namespaces: readonly string[] | undefined): Collect =>
  (type, options) =>
    namespaces === undefined
      ? cache({ ...options, path: collectionPath(type) })
      : inNamespaces(namespaces, (namespace) => cache({ ...options, path: collectionPath(type, namespace) }));

/** One cache over those of several namespaces. Keys and groups begin with the namespace, or are it. */
export function inNamespaces<T extends KubeObject>(
  namespaces: readonly string[],
  begin: (namespace: string) => Cache<T>,
): Cache<T> {
  const parts = new Map(namespaces.map((namespace) => [namespace, begin(namespace)]));
  const all = [...parts.values()];
  const partOf = (key: string) => parts.get(key.split('/')[0] ?? '');
  const get = (key: string) => partOf(key)?.get(key);
  return {
    get,
    *list() {
      for (const part of all) yield* part.list();
    },
    // What has no namespace in its name may be in any.
    group: (name) => partOf(name)?.group(name) ?? all.flatMap((part) => part.group(name)),
    pick: (keys) => keys.map(get).filter((object) => object !== undefined),
    kept: (object) => all[0]?.kept(object) ?? object,
    remember: (object) => partOf(object.metadata.namespace ?? object.metadata.name)?.remember(object),
    synced: Promise.all(all.map((part) => part.synced)).then(() => undefined),
    isSynced: () => all.every((part) => part.isSynced()),
    get counts() {
      return all.map(({ counts }) => counts).reduce(sum, noCounts());
    },
    reached: () => all.map((part) => part.reached()).toSorted((a, b) => Number(a - b))[0] ?? 0n,
    lastHeardMs: () => Math.min(...all.map((part) => part.lastHeardMs())),
    overdueMs: () => Math.max(...all.map((part) => part.overdueMs())),
    refused: (namespace) =>
      namespace === undefined
        ? all.map((part) => part.refused()).find((words) => words !== undefined)
        : parts.get(namespace)?.refused(),
    stop() {
      for (const part of all) part.stop();
    },
  };
}

const sum = (a: WatchCounts, b: Readonly<WatchCounts>): WatchCounts => ({
  lists: a.lists + b.lists,
  watches: a.watches + b.watches,
  failures: a.failures + b.failures,
  unparsableLines: a.unparsableLines + b.unparsableLines,
  comparisons: a.comparisons + b.comparisons,
  missed: {
    added: a.missed.added + b.missed.added,
    changed: a.missed.changed + b.missed.changed,
    deleted: a.missed.deleted + b.missed.deleted,
  },
});
