import type { KubeObject } from '../../kube.ts';
import type { Collection } from './consistency.ts';
import type { copy } from './copy.ts';
import { type Page, pages } from './paged-list.ts';

/** A collection as it is now, with of each object only what is stored. */
export async function wholeList<T extends KubeObject>(
  { client, path, query, signal }: Collection,
  { kept, expectWithin }: Pick<ReturnType<typeof copy<T>>, 'kept' | 'expectWithin'>,
  pageMs: number,
): Promise<Page<T>> {
  const items: T[] = [];
  let version: string | undefined;
  expectWithin(pageMs);
  // Of no version, so that the server may not answer from a cache that lags: an object that it does not show counts as
  // gone, and what it owns is removed.
  for await (const page of pages<T>(client, path, { query, signal, keep: kept })) {
    // One by one: a proxy that knows no pages sends more at once than a call takes arguments.
    for (const item of page.items) items.push(item);
    version = page.version;
    expectWithin(pageMs);
  }
  return { items, version };
}
