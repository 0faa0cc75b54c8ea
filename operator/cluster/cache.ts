import { type KubeObject, versionOf } from '../kube.ts';
import { type Reflector, type ReflectorOptions, reflector } from './reflector.ts';
import { type How, keyOf } from './store.ts';

export interface CacheOptions<T extends KubeObject> extends Omit<ReflectorOptions<T>, 'onChange'> {
  /** Objects are found by this as well as by their key; undefined leaves one out. */
  readonly groupOf?: (object: T) => string | undefined;
  readonly onChange: (object: T, previous: T | undefined, how: How) => void;
}

export interface Cache<T extends KubeObject> extends Reflector<T> {
  /** Objects whose `groupOf` is this. */
  group(name: string): T[];
  /** An object as a write of ours returned it: it is read from now on, until the watch has come so far. */
  remember(object: T): void;
}

/**
 * A reflector that reads our own writes. Without that, a reconcile that follows a write at once would judge by what was
 * there before it: make a second pod, tell an event twice.
 */
export function cache<T extends KubeObject>(options: CacheOptions<T>): Cache<T> {
  const { groupOf = () => undefined, onChange } = options;
  const written = new Map<string, T>();
  const groups = new Map<string, Set<string>>();

  const seen = reflector<T>({
    ...options,
    onChange(key, object, previous, how) {
      const own = written.get(key);
      if (own !== undefined && (object === undefined || versionOf(object) >= versionOf(own))) written.delete(key);
      regroup(key, object, previous);
      const changed = object ?? previous;
      if (changed !== undefined) onChange(changed, object && previous, how);
    },
  });

  function regroup(key: string, object: T | undefined, previous: T | undefined): void {
    const [from, to] = [previous && groupOf(previous), object && groupOf(object)];
    if (from !== undefined && from !== to) {
      const keys = groups.get(from);
      keys?.delete(key);
      if (keys?.size === 0) groups.delete(from);
    }
    if (to === undefined) return;
    const keys = groups.get(to) ?? new Set();
    groups.set(to, keys.add(key));
  }

  function get(key: string): T | undefined {
    const own = written.get(key);
    if (own === undefined || versionOf(own) > seen.reached()) return own ?? seen.get(key);
    const object = seen.get(key);
    written.delete(key);
    regroup(key, object, own);
    return object;
  }

  function* list(): Generator<T, void> {
    for (const object of seen.list()) {
      const latest = get(keyOf(object));
      if (latest !== undefined) yield latest;
    }
    for (const key of written.keys()) {
      const object = seen.get(key) === undefined ? get(key) : undefined;
      if (object !== undefined) yield object;
    }
  }

  return {
    ...seen,
    get,
    list,
    group: (name) => [...(groups.get(name) ?? [])].map(get).filter((object) => object !== undefined),
    remember(returned) {
      if (versionOf(returned) <= seen.reached()) return;
      const object = options.keep?.(returned) ?? returned;
      const key = keyOf(object);
      written.set(key, object);
      regroup(key, object, undefined);
    },
  };
}
