import type { KubeObject } from '../../kube.ts';
import type { KubeClient, Query } from '../client/client.ts';
import { type ListAnswer, listAnswer } from './list-answer.ts';

/** A page is held as text, one of each kind at a time. Larger ones take as much of the processor and more memory. */
const pageSize = 200;

/** Part of a collection. All pages of one list are of the same version. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly version: string | undefined;
}

export interface PagesOptions<T> {
  /** Selectors: of all pages. */
  readonly query?: Query | undefined;
  /** Which version to read: said of the first page, from which the others follow. */
  readonly version?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The part of an object that is of use; all of it by default. */
  readonly keep?: (object: T) => T;
}

/**
 * A whole collection, page by page, so that neither side has to hold all of it at a time. Throws ApiError 410 when the
 * snapshot that the pages come from is gone before the last of them: begin again.
 */
export async function* pages<T extends KubeObject>(
  client: KubeClient,
  path: string,
  { query, version = {}, headers = {}, signal, keep = (object) => object }: PagesOptions<T>,
): AsyncGenerator<Page<T>, void> {
  const read = (text: string) => listAnswer<T>(text, keep);
  let at = version;
  for (;;) {
    const pageQuery = { ...query, limit: pageSize, ...at };
    const answer = await client.request<ListAnswer<T>>('GET', path, { query: pageQuery, headers, signal, read });
    yield { items: answer.items, version: answer.metadata.resourceVersion };
    if (!answer.metadata.continue) return;
    at = { continue: answer.metadata.continue };
  }
}
