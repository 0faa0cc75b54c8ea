import type { KubeObject } from '../../kube.ts';
import { withoutManagedFields } from '../client/managed-fields.ts';

/** The answer to a list, or to one page of it. */
export interface ListAnswer<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** The API server says null of none where it is asked for metadata alone. */
type Outside = Omit<ListAnswer<never>, 'items'> & { readonly items: readonly unknown[] | null };

/**
 * Reads the answer to a list object by object, and keeps of each what `keep` says before it reads the next: a page that is
 * read at once outlives the young generation, and nearly all of it is garbage then.
 *
 *     {"kind":"PodList", … "items":[ {"metadata":{…}…} , {"metadata":{…}…} ]}
 *     ╰────────── outside ─────────╯ ╰─── object ────╯   ╰─── object ────╯ ╰╯
 *
 * Throws SyntaxError if it is no JSON.
 */
export function listAnswer<T extends KubeObject>(answer: string, keep: (object: T) => T): ListAnswer<T> {
  const text = withoutManagedFields(answer);
  const parts = partsOf(text) ?? { outside: JSON.parse(text) as Outside };
  const { apiVersion, kind: listKind, metadata } = parts.outside;
  const kind = listKind.replace(/List$/, '');
  // Objects of a list lack the two fields that those of events have.
  const kept = (item: unknown) => keep({ ...(item as T), apiVersion, kind });
  const items = 'objects' in parts ? parts.objects(kept) : (parts.outside.items ?? []).map(kept);
  return { apiVersion, kind: listKind, metadata, items };
}

const opening = '"items":[';
const inEach = '"metadata":{';

/**
 * The parts of a list by where they seem to begin and end; undefined if it does not look like one. Where a cut is wrong,
 * what is before it is no JSON: then the rest is read at once.
 */
function partsOf(text: string) {
  const begin = text.indexOf(opening) + opening.length;
  const end = text.lastIndexOf(']');
  if (begin < opening.length || end < begin) return undefined;
  const outside = json(text.slice(0, begin) + text.slice(end)) as Outside | undefined;
  // One that was cut off may seem to end with a list in the middle of an object.
  if (outside?.kind === undefined || outside.items?.length !== 0) return undefined;
  // All of them begin as the first does.
  const separator = `,${text.slice(begin, text.indexOf(inEach, begin) + inEach.length)}`;

  function objects<T>(kept: (item: unknown) => T): readonly T[] {
    const items: T[] = [];
    for (let from = begin; from < end; ) {
      const found = text.indexOf(separator, from);
      const to = found === -1 ? end : found;
      const item = json(text.slice(from, to));
      if (item === undefined) return [...items, ...(JSON.parse(`[${text.slice(from, end)}]`) as unknown[]).map(kept)];
      items.push(kept(item));
      from = to + 1;
    }
    return items;
  }
  return { outside, objects };
}

/** Undefined if it is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
