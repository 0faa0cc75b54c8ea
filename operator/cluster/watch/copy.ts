import type { KubeObject } from '../../kube.ts';
import type { CollectionCopy } from './consistency.ts';
import { lean } from './lean.ts';
import type { LiveEvent } from './live-events.ts';
import { type Change, store } from './store.ts';

export interface CopyOptions<T extends KubeObject> {
  readonly onChange: Change<T>;
  /** The part of an object that is worth its memory; all of it by default. */
  readonly keep?: ((object: T) => T) | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A collection in memory: how far it has come, and by when something should happen to it. */
export function copy<T extends KubeObject>({ onChange, keep = (object) => object, now }: CopyOptions<T>) {
  const objects = store<T>(onChange);
  let version: string | undefined;
  let isTrusted = false;
  let reached = 0n;
  let heardAt = now();
  let dueAt = Number.POSITIVE_INFINITY;

  function reach(next: string | undefined): void {
    version = next ?? version;
    reached = BigInt(version ?? 0);
    heardAt = now();
  }

  return {
    get: objects.get,
    list: objects.list,
    /** The newest version that `get` and `list` are sure to include. Events come in the order of versions. */
    reached: () => reached,
    /** `now()` of the last list, event or bookmark. */
    lastHeardMs: () => heardAt,
    /** How long what had to happen by now is late. */
    overdueMs: () => Math.max(0, now() - dueAt),

    /** From where a watch goes on; undefined while the collection has to be listed first. */
    version: () => (isTrusted ? version : undefined),
    /** As it is now, whatever happens then; undefined while something in it is known to be wrong. */
    frozen: (): CollectionCopy | undefined =>
      version === undefined || !isTrusted ? undefined : { objects: objects.copy(), version },
    /** An object as it is stored. */
    kept: (object: T): T => keep(lean(object)),
    expectWithin(ms: number): void {
      dueAt = now() + ms;
    },
    /** Something was lost: only a list can mend that. */
    distrust(): void {
      isTrusted = false;
    },
    replace(items: readonly T[], listedVersion: string | undefined): void {
      objects.replace(items);
      reach(listedVersion);
      isTrusted = true;
    },
    take(event: LiveEvent<T>): void {
      if (event.type === 'DELETED') objects.remove(event.object);
      else if (event.type !== 'BOOKMARK') objects.put(keep(lean(event.object)));
      reach(event.object.metadata.resourceVersion);
    },
  };
}
