import { type KubeObject, versionOf } from '../../kube.ts';
import { type Reflector, type ReflectorOptions, reflector } from '../watch/reflector.ts';
import { type How, keyOf } from '../watch/store.ts';
import { type Index, indexOf } from './index-of.ts';

export interface CacheOptions<T extends KubeObject> extends Omit<ReflectorOptions<T>, 'onChange' | 'onListed'> {
  /** Objects are found by this as well as by their key; undefined leaves one out. */
  readonly groupOf?: (object: T) => string | undefined;
  /** Kept up to date with what `get` returns. */
  readonly indexes?: readonly Pick<Index<T, never>, 'change'>[];
  readonly onChange: (object: T, previous: T | undefined, how: How) => void;
  /** Whoever wrote an object has seen to all that follows from it: `onChange` is not told of what we wrote. */
  readonly isEchoKnown?: boolean;
}

export interface Cache<T extends KubeObject> extends Reflector<T> {
  /** Objects whose `groupOf` is this. */
  group(name: string): T[];
  /** Objects that an index of this cache has found. */
  pick(keys: readonly string[]): T[];
  /** An object as a write of ours returned it: it is read from now on, until the watch has come so far. */
  remember(object: T): void;
}

/**
 * A reflector that reads our own writes. Without that, a reconcile that follows a write at once would judge by what was
 * there before it: make a second pod, tell an event twice.
 */
export function cache<T extends KubeObject>(options: CacheOptions<T>): Cache<T> {
  const { groupOf = () => undefined, keep = (object) => object, onChange } = options;
  const written = new Map<string, T>();
  const groups = indexOf(groupOf);
  const indexes = [groups, ...(options.indexes ?? [])];
  const reindex = (key: string, now: T | undefined, before: T | undefined) => {
    for (const index of indexes) index.change(key, now, before);
  };

  const seen = reflector<T>({
    ...options,
    keep(object) {
      const own = written.get(keyOf(object));
      return own !== undefined && isSameState(own, object) ? own : keep(object);
    },
    onChange(key, object, previous, how) {
      const own = written.get(key);
      if (own === undefined || !isAhead(own, object, previous)) {
        written.delete(key);
        reindex(key, object, own ?? previous);
      }
      const changed = object ?? previous;
      const isOurs = own !== undefined && own.metadata.resourceVersion === object?.metadata.resourceVersion;
      // Of what others wrote before, a watch has told; a list shows only what came of all that.
      const isEcho = isOurs && how === 'Watched';
      if (changed !== undefined && !(isEcho && options.isEchoKnown)) onChange(changed, object && previous, how);
    },
    onListed: forgetLost,
  });

  /** What we made and somebody deleted while nothing was watched is in neither list, so that only this tells of it. */
  function forgetLost(): void {
    for (const [key, own] of written) {
      if (versionOf(own) > seen.reached() || seen.get(key) !== undefined) continue;
      get(key);
      onChange(own, undefined, 'Listed');
    }
  }

  function get(key: string): T | undefined {
    const own = written.get(key);
    if (own === undefined || versionOf(own) > seen.reached()) return own ?? seen.get(key);
    const object = seen.get(key);
    written.delete(key);
    reindex(key, object, own);
    return object;
  }

  function* list(): Generator<T, void> {
    for (const object of seen.list()) {
      const latest = written.size === 0 ? object : get(keyOf(object));
      if (latest !== undefined) yield latest;
    }
    for (const key of written.keys()) {
      const object = seen.get(key) === undefined ? get(key) : undefined;
      if (object !== undefined) yield object;
    }
  }

  const pick = (keys: readonly string[]) => keys.map(get).filter((object) => object !== undefined);

  return {
    ...seen,
    get,
    list,
    pick,
    group: (name) => pick(groups.keys(name)),
    remember(returned) {
      if (versionOf(returned) <= seen.reached()) return;
      const object = seen.kept(returned);
      const key = keyOf(object);
      reindex(key, object, get(key));
      written.set(key, object);
    },
  };
}

const isSameState = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;

/** Whether we have written this since: a newer state, or another object of the name of one that is gone. */
const isAhead = (own: KubeObject, object: KubeObject | undefined, previous: KubeObject | undefined): boolean =>
  object === undefined ? own.metadata.uid !== previous?.metadata.uid : versionOf(object) < versionOf(own);
