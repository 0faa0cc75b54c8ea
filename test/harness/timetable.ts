/** What waits for its moment: who is due first comes first, and of those due together who came first. */
export interface WaitingLine<T> {
  add(dueMs: number, what: T): void;
  /** When the next is due; Infinity when there is none. */
  nextMs(): number;
  /** The next that is due by now; undefined when none is. */
  take(nowMs: number): T | undefined;
}

/** For some hundreds at a time: a place is looked for from the end, where most belong. */
export function waitingLine<T>(): WaitingLine<T> {
  const line: { readonly dueMs: number; readonly what: T }[] = [];
  const nextMs = () => line[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  return {
    nextMs,
    add(dueMs, what) {
      line.splice(line.findLastIndex((other) => other.dueMs <= dueMs) + 1, 0, { dueMs, what });
    },
    take: (nowMs) => (nextMs() <= nowMs ? line.shift()?.what : undefined),
  };
}

/** Calls at their times, or as soon after them as timers can, and always in their order. */
export function timetable() {
  const line = waitingLine<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let ringsMs = Number.POSITIVE_INFINITY;
  const ring = (): void => {
    ringsMs = Number.POSITIVE_INFINITY;
    for (let call = line.take(performance.now()); call !== undefined; call = line.take(performance.now())) call();
    set();
  };
  const set = (): void => {
    const nextMs = line.nextMs();
    if (nextMs >= ringsMs) return;
    clearTimeout(timer);
    ringsMs = nextMs;
    timer = setTimeout(ring, Math.max(0, nextMs - performance.now()));
  };
  return {
    at(dueMs: number, call: () => void): void {
      line.add(dueMs, call);
      // Not by itself: others may be due before it.
      if (dueMs <= performance.now()) ring();
      else set();
    },
    stop: () => clearTimeout(timer),
  };
}
