import { hash } from '../hash.ts';
import { controllerOf, type KubeObject } from '../kube.ts';

export type Removals = ReturnType<typeof removals>;

/**
 * What somebody took away by hand: it stays away until it is wanted otherwise.
 *
 *     made ──► there ──► gone, and not by us ──► declined ──► wanted in another shape, or first not and then again: made
 *
 * Kept in memory: an operator that starts anew makes everything once.
 */
export function removals() {
  /** Objects that were there when last looked at, with their UIDs. */
  const there = new Map<string, string | undefined>();
  /** What was wanted of an object when it was taken away, as a hash. */
  const declined = new Map<string, string>();
  /** UIDs of objects that we deleted, while they are still seen. */
  const doomed = new Map<string, string | undefined>();

  return {
    /** Those of `wanted` that are missing though they were there the last time. */
    missing(wanted: readonly KubeObject[], owned: readonly KubeObject[]): readonly KubeObject[] {
      const now = new Map(owned.map((object) => [keyOf(object), object.metadata.uid]));
      for (const [key, uid] of doomed) if (now.get(key) !== uid) doomed.delete(key);
      const before = new Set(there.keys());
      const isWanted = new Set(wanted.map(keyOf));
      there.clear();
      for (const [key, uid] of now) if (!doomed.has(key) && isWanted.has(key)) there.set(key, uid);
      for (const key of declined.keys()) if (now.has(key) || !isWanted.has(key)) declined.delete(key);
      return wanted.filter((object) => before.has(keyOf(object)) && !now.has(keyOf(object)));
    },

    decline: (object: KubeObject): unknown => declined.set(keyOf(object), hash(object)),

    /** Whether this very object was taken away. */
    isDeclined: (object: KubeObject): boolean => declined.get(keyOf(object)) === hash(object),

    /** We delete it ourselves. */
    remove(object: KubeObject): void {
      there.delete(keyOf(object));
      doomed.set(keyOf(object), object.metadata.uid);
    },
  };
}

/** With the owner: what goes with one that has gone is no loss to another who has taken its name. */
const keyOf = (object: KubeObject): string =>
  `${object.kind} ${object.metadata.name} ${controllerOf(object)?.uid ?? ''}`;
