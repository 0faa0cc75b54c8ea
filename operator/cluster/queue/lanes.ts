/**
 * A queue of several lanes: first come, first served within a lane, and nobody of a lane while one above it has anybody.
 * A key stands in one lane at most.
 */
export function lanes<Lane extends string, Key, Value>(order: readonly Lane[]) {
  const all = order.map((name) => {
    const waiting = new Map<Key, Value>();
    return { name, waiting, front: waiting.entries() };
  });
  const laneOf = (key: Key) => all.find(({ waiting }) => waiting.has(key));

  return {
    /** At the end of the lane; a key that is in the queue already moves if that is a lane further up, and keeps its value. */
    put(lane: Lane, key: Key, value: Value): void {
      const now = laneOf(key);
      if (now !== undefined && order.indexOf(now.name) <= order.indexOf(lane)) return;
      all.find(({ name }) => name === lane)?.waiting.set(key, now?.waiting.get(key) ?? value);
      now?.waiting.delete(key);
    },
    has: (key: Key): boolean => laneOf(key) !== undefined,
    remove: (key: Key): boolean => laneOf(key)?.waiting.delete(key) ?? false,
    /** Takes the next one out. */
    next(): { readonly lane: Lane; readonly key: Key; readonly value: Value } | undefined {
      const lane = all.find(({ waiting }) => waiting.size > 0);
      if (lane === undefined) return undefined;
      // One iterator goes on where it was: a new one would step over everything that has been taken out already.
      let step = lane.front.next();
      if (step.done) {
        lane.front = lane.waiting.entries();
        step = lane.front.next();
      }
      if (step.done) return undefined;
      const [key, value] = step.value;
      lane.waiting.delete(key);
      return { lane: lane.name, key, value };
    },
    size: (lane: Lane): number => all.find(({ name }) => name === lane)?.waiting.size ?? 0,
    clear(): void {
      for (const { waiting } of all) waiting.clear();
    },
  };
}
