import type { KubeObject } from '../../kube.ts';
import type { KubeClient, Query } from '../client/client.ts';

/** What is thrown away of a larger page outlives the young generation, and the process has 100 MB more with 10,000 rooms. */
const pageSize = 200;

interface PageAnswer<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  /** The API server says null of none where it is asked for metadata alone. */
  readonly items: readonly T[] | null;
}

/** Part of a collection. All pages of one list are of the same version. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly version: string | undefined;
}

export interface PagesOptions {
  /** Selectors: of all pages. */
  readonly query?: Query | undefined;
  /** Which version to read: said of the first page, from which the others follow. */
  readonly version?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * A whole collection, page by page, so that neither side has to hold all of it at a time. Throws ApiError 410 when the
 * snapshot that the pages come from is gone before the last of them: begin again.
 */
export async function* pages<T extends KubeObject>(
  client: KubeClient,
  path: string,
  { query, version = {}, headers = {}, signal }: PagesOptions,
): AsyncGenerator<Page<T>, void> {
  let at = version;
  for (;;) {
    const pageQuery = { ...query, limit: pageSize, ...at };
    const answer = await client.request<PageAnswer<T>>('GET', path, { query: pageQuery, headers, signal });
    yield { items: withType(answer), version: answer.metadata.resourceVersion };
    if (!answer.metadata.continue) return;
    at = { continue: answer.metadata.continue };
  }
}

/** Items of a list lack the two fields that events have. */
function withType<T extends KubeObject>({ apiVersion, kind: listKind, items }: PageAnswer<T>): readonly T[] {
  const kind = listKind.replace(/List$/, '');
  return (items ?? []).map((item) => ({ ...item, apiVersion, kind }));
}
