/**
 * A pure function that keeps what it made of an object for as long as that object is there. Nobody can tell it from one
 * that makes it anew each time, but by the time it takes.
 */
export function oncePer<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const known = made.get(key) ?? { value: make(key) };
    made.set(key, known);
    return known.value;
  };
}
