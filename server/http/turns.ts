/**
 * Who is answered when more ask than shall be. Answers that are cheap one by one still take a core when thousands are asked
 * for in a second, and a pod's cores, or its limit of CPU, are those of its media too. So the rest wait, which costs
 * nothing, and slows those down who ask anew for each answer. Callers take turns: one who floods delays the others by
 * one answer at most for each of theirs.
 */
import type { Clock } from '../room/rooms.ts';

export interface Turn {
  /** Resolves when the caller is to be answered. */
  readonly come: Promise<void>;
  /** For one who has gone away: nobody waits behind it. */
  leave(): void;
}

/** A turn for a caller, by its name. */
export type Turns = (caller: string) => Turn;

export interface TurnsOptions {
  readonly perSecond: number;
  /** So many come at once after a quiet time. */
  readonly burst: number;
  readonly clock: Clock;
}

/** Enough for tens of Prometheus servers, and not enough to be felt. */
export const scrapeTurns = { perSecond: 20, burst: 40 } as const;

export function turns({ perSecond, burst, clock }: TurnsOptions): Turns {
  /** In the order in which callers are next; none is without somebody who waits. */
  const waiting = new Map<string, Set<() => void>>();
  let free = burst;
  let countedMs = clock.now();
  let isDue = false;

  const count = (): void => {
    const nowMs = clock.now();
    // A clock that was set back gives nothing, and takes nothing.
    free = Math.min(burst, free + (Math.max(0, nowMs - countedMs) * perSecond) / 1000);
    countedMs = nowMs;
  };
  const serve = (): void => {
    count();
    for (const [caller, calls] of waiting) {
      if (free < 1) break;
      free -= 1;
      const [call] = calls;
      leave(caller, call);
      // Whoever else of that caller waits comes after all other callers, and is met again here.
      if (waiting.delete(caller)) waiting.set(caller, calls);
      call?.();
    }
    wait();
  };
  const wait = (): void => {
    if (isDue || waiting.size === 0) return;
    isDue = true;
    clock.after(Math.max(1, ((1 - free) * 1000) / perSecond), () => {
      isDue = false;
      serve();
    });
  };
  const leave = (caller: string, call: (() => void) | undefined): void => {
    const calls = waiting.get(caller);
    if (calls === undefined || call === undefined) return;
    calls.delete(call);
    if (calls.size === 0) waiting.delete(caller);
  };
  return (caller) => {
    const { promise: come, resolve } = Promise.withResolvers<void>();
    const calls = waiting.get(caller) ?? new Set();
    waiting.set(caller, calls.add(resolve));
    serve();
    return { come, leave: () => leave(caller, resolve) };
  };
}
