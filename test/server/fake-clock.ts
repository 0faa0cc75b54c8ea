import type { Clock } from '#server/room/rooms.ts';

/** A clock that moves when it is told to. */
export interface FakeClock extends Clock {
  /** Moves on, and makes the calls that fall due, in order. */
  advance(ms: number): void;
  /** How many calls are still to come. */
  pending(): number;
}

export function fakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  const calls = new Set<{ readonly atMs: number; readonly call: () => void }>();
  return {
    now: () => nowMs,
    after: (ms, call) => {
      const entry = { atMs: nowMs + ms, call };
      calls.add(entry);
      return () => calls.delete(entry);
    },
    advance: (ms) => {
      const endMs = nowMs + ms;
      const due = () => [...calls].filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      for (let next = due(); next !== undefined; next = due()) {
        calls.delete(next);
        nowMs = next.atMs;
        next.call();
      }
      nowMs = endMs;
    },
    pending: () => calls.size,
  };
}
