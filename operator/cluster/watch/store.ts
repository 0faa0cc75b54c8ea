import type { KubeObject } from '../../kube.ts';

/** Whether a change was found by comparing two lists, which may be of any age, or seen as it happened. */
export type How = 'Listed' | 'Watched';

/** `object` is undefined when it is gone, `previous` when it is new. */
export type Change<T extends KubeObject> = (
  key: string,
  object: T | undefined,
  previous: T | undefined,
  how: How,
) => void;

/** `namespace/name`, or `name` of an object without a namespace. */
export const keyOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** The objects of one collection by key. It reports each difference once, and an object that was replaced by another of its name as gone and new. */
export function store<T extends KubeObject>(onChange: Change<T>) {
  let objects = new Map<string, T>();

  const report = (key: string, object: T, previous: T | undefined, how: How) => {
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && sameObject(previous, object)) return;
    if (previous !== undefined && !sameObject(previous, object)) {
      onChange(key, undefined, previous, how);
      onChange(key, object, undefined, how);
    } else onChange(key, object, previous, how);
  };

  return {
    get: (key: string): T | undefined => objects.get(key),
    list: (): Iterable<T> => objects.values(),
    /** All of it as it is now, whatever happens then. */
    copy: (): ReadonlyMap<string, T> => new Map(objects),

    /** The whole collection as it is now. Readers see all of it or nothing. */
    replace(items: readonly T[]): void {
      const before = objects;
      objects = new Map(items.map((item) => [keyOf(item), item]));
      for (const [key, previous] of before) if (!objects.has(key)) onChange(key, undefined, previous, 'Listed');
      for (const [key, object] of objects) report(key, object, before.get(key), 'Listed');
    },

    put(object: T): void {
      const key = keyOf(object);
      const previous = objects.get(key);
      objects.set(key, object);
      report(key, object, previous, 'Watched');
    },

    remove(object: T): void {
      const key = keyOf(object);
      const previous = objects.get(key);
      objects.delete(key);
      if (previous !== undefined) onChange(key, undefined, previous, 'Watched');
    },
  };
}

const sameObject = (a: KubeObject | undefined, b: KubeObject): boolean => a?.metadata.uid === b.metadata.uid;
