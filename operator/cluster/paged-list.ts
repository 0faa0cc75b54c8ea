import type { KubeObject } from '../kube.ts';
import type { KubeClient, Query } from './client.ts';

const pageSize = 500;

interface Page<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly T[];
}

export interface PagedListOptions {
  readonly query?: Query | undefined;
  readonly signal?: AbortSignal;
}

/**
 * A whole collection and the version from which a watch goes on. Throws ApiError 410 when the snapshot that the pages
 * come from is gone before the last of them: begin again.
 */
export async function pagedList<T extends KubeObject>(
  client: KubeClient,
  path: string,
  { query, signal }: PagedListOptions = {},
): Promise<{ readonly items: readonly T[]; readonly version: string | undefined }> {
  const items: T[] = [];
  let at: Query = {};
  for (;;) {
    const pageQuery = { ...query, limit: pageSize, ...at };
    const page = await client.request<Page<T>>('GET', path, { query: pageQuery, ...(signal && { signal }) });
    for (const item of page.items) items.push(withType(item, page));
    if (!page.metadata.continue) return { items, version: page.metadata.resourceVersion };
    at = { continue: page.metadata.continue };
  }
}

/** Items of a list lack the two fields that events have. */
const withType = <T extends KubeObject>(item: T, page: Page<T>): T => ({
  ...item,
  apiVersion: page.apiVersion,
  kind: page.kind.replace(/List$/, ''),
});
