/**
 * A map that cannot grow: beyond `limit` entries, what was not used for longest is forgotten. Whatever strangers can
 * have remembered by asking stands in one of these.
 */
export interface Recent<V> {
  /** Counts as a use. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  /** What was not used for longest. */
  oldest(): readonly [key: string, value: V] | undefined;
  size(): number;
}

export function recent<V>(limit: number): Recent<V> {
  /** A Map keeps the order in which keys came, so a used one is put at its end. */
  const entries = new Map<string, V>();
  const set = (key: string, value: V) => {
    entries.delete(key);
    entries.set(key, value);
    if (entries.size <= limit) return;
    for (const oldest of entries.keys()) {
      entries.delete(oldest);
      return;
    }
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
    delete: (key) => {
      entries.delete(key);
    },
    oldest: () => {
      for (const entry of entries) return entry;
      return undefined;
    },
    size: () => entries.size,
  };
}
