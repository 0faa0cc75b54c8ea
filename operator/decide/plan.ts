import { annotation } from '#crds/contract.ts';
import { hash } from '../hash.ts';
import type { KubeObject } from '../kube.ts';
import { isStructure } from '../structure.ts';

export type Action =
  | {
      readonly action: 'apply';
      readonly object: KubeObject /** Not among the owned: someone else's may be there. */;
      readonly isNew: boolean;
    }
  | { readonly action: 'delete'; readonly object: KubeObject };

/** What turns the owned objects into the wanted ones. Nothing, if that is what they are. */
export function plan(wanted: readonly KubeObject[], owned: readonly KubeObject[]): readonly Action[] {
  const seen = new Map(owned.map((object) => [keyOf(object), object]));
  const keep = new Set(wanted.map(keyOf));
  const applied = wanted.map(stamped).flatMap((object): Action[] => {
    const current = seen.get(keyOf(object));
    return current !== undefined && contains(current, object)
      ? []
      : [{ action: 'apply', object, isNew: current === undefined }];
  });
  const deleted = owned
    .filter((object) => !keep.has(keyOf(object)))
    .map((object) => ({ action: 'delete', object }) as const);
  return [...applied, ...deleted];
}

const keyOf = ({ kind, metadata: { namespace, name } }: KubeObject) => `${kind} ${namespace}/${name}`;

/** With the hash of itself: a field that we no longer want is in the live object as if a default had put it there. */
const stamped = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [annotation.appliedHash]: hash(object) },
  },
});

/** Whether all of `part` is in `whole`, which the API server has filled up with defaults. Lists must be equally long. */
export function contains(whole: unknown, part: unknown): boolean {
  if (whole === part) return true;
  if (!isStructure(whole) || !isStructure(part)) return false;
  // Every reconcile compares all that it wants, and mostly finds it: the names of a list's indices, or lists in between,
  // would cost more than that.
  if (Array.isArray(part)) return Array.isArray(whole) && whole.length === part.length && containsEach(whole, part);
  for (const name in part) if (!contains(whole[name], part[name])) return false;
  return true;
}

function containsEach(whole: readonly unknown[], part: readonly unknown[]): boolean {
  for (let i = 0; i < part.length; i++) if (!contains(whole[i], part[i])) return false;
  return true;
}
