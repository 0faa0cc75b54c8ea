/** Finds the keys of objects by something that is in them. */
export interface Index<T, V> {
  /** Objects come, go (`now` is undefined) and change. */
  change(key: string, now: T | undefined, before: T | undefined): void;
  keys(value: V): readonly string[];
  /** How many objects have each value that any has. */
  counts(): Iterable<readonly [value: V, count: number]>;
}

/** An index by what `valueIn` says of an object; undefined leaves it out. */
export function indexOf<T, V extends string | number>(valueIn: (object: T) => V | undefined): Index<T, V> {
  // Most values have one key, and a Set is ten times its size.
  const keys = new Map<V, string | Set<string>>();

  function add(value: V, key: string): void {
    const found = keys.get(value);
    if (found === undefined || found === key) keys.set(value, key);
    else if (typeof found === 'string') keys.set(value, new Set([found, key]));
    else found.add(key);
  }

  function remove(value: V, key: string): void {
    const found = keys.get(value);
    if (found === key) keys.delete(value);
    else if (found instanceof Set && found.delete(key) && found.size === 0) keys.delete(value);
  }

  return {
    change(key, now, before) {
      const [from, to] = [before && valueIn(before), now && valueIn(now)];
      if (from === to) return;
      if (from !== undefined) remove(from, key);
      if (to !== undefined) add(to, key);
    },
    keys(value) {
      const found = keys.get(value);
      return found === undefined ? [] : typeof found === 'string' ? [found] : [...found];
    },
    *counts() {
      for (const [value, found] of keys) yield [value, typeof found === 'string' ? 1 : found.size];
    },
  };
}
