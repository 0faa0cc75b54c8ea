import type { KubeObject } from '../../kube.ts';
import type { KubeClient, Query } from '../client/client.ts';
import { onlyMetadata } from '../client/metadata-client.ts';
import { pages } from './paged-list.ts';
import { keyOf } from './store.ts';
import type { WatchCounts } from './watch-counts.ts';

/** Objects that a copy lacks, has in another state, or has although they are gone. */
export interface Missed {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
}

const isNothing = ({ added, changed, deleted }: Missed): boolean => added + changed + deleted === 0;

const sum = (a: Missed, b: Missed): Missed => ({
  added: a.added + b.added,
  changed: a.changed + b.changed,
  deleted: a.deleted + b.deleted,
});

/** A watch left our copy wrong. */
export class MissedChanges extends Error {
  readonly missed: Missed;

  constructor(path: string, version: string, missed: Missed) {
    const { added, changed, deleted } = missed;
    super(`${path}: at version ${version} the watch had missed ${added} new, ${changed} changed, ${deleted} deleted`);
    this.name = 'MissedChanges';
    this.missed = missed;
  }
}

export interface CollectionCopy {
  /** By key, as they were known when the watch had come to `version`. Not to be changed meanwhile. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly version: string;
}

export interface Collection {
  readonly client: KubeClient;
  readonly path: string;
  readonly query: Query | undefined;
  readonly signal: AbortSignal;
}

/** Compares and counts. Resolves to what a watch has lost, if anything; without a copy that can be relied on it is not asked. */
export async function comparison(
  copy: CollectionCopy | undefined,
  collection: Collection,
  counts: WatchCounts,
): Promise<MissedChanges | undefined> {
  if (copy === undefined) return undefined;
  const missed = await missedBy(copy, collection);
  counts.comparisons++;
  counts.missed = sum(counts.missed, missed);
  return isNothing(missed) ? undefined : new MissedChanges(collection.path, copy.version, missed);
}

/**
 * What a watch has lost: the differences between our copy and the collection as it was at the very version that the
 * copy has come to. What has happened since is in neither, so that nothing is counted that is merely on its way. Who an
 * object is, and in which state, is in its metadata; it is read without the rest.
 *
 *     watch  ──┬────┬────┬──── version 7 ────┬────┬──►
 *     copy     ·    ·    ·     as at 7 ──┐
 *     server                   as at 7 ──┴─► differences: misses
 *
 * New API servers answer such a list from memory, older ones from etcd. Throws ApiError, 410 if the version has been
 * compacted away, which a bookmark a minute keeps it from.
 */
async function missedBy({ objects, version }: CollectionCopy, collection: Collection): Promise<Missed> {
  const { client, path, query, signal } = collection;
  const rest = new Map(objects);
  let [added, changed] = [0, 0];
  const exact = { resourceVersion: version, resourceVersionMatch: 'Exact' };
  for await (const { items } of pages(client, path, { query, version: exact, headers: onlyMetadata, signal }))
    for (const item of items) {
      const copy = rest.get(keyOf(item));
      if (copy === undefined) added++;
      else if (!isSameState(copy, item)) changed++;
      rest.delete(keyOf(item));
    }
  return { added, changed, deleted: rest.size };
}

const isSameState = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
