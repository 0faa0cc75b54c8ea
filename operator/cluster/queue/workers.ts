import { setImmediate } from 'node:timers/promises';
import { type Outcome, TooLong } from './outcome.ts';
import { greater, type Terms, type Urgency } from './urgency.ts';

export interface WorkersOptions {
  /** Throwing is the same as `backoff`. */
  readonly work: (key: string, terms: Terms) => Promise<Outcome>;
  readonly onError: ((key: string, error: unknown) => void) | undefined;
  /** Keys worked on at the same time. */
  readonly count: number;
  /** After this long the work on a key is told to end. */
  readonly timeoutMs: number;
  readonly onEnded: (key: string, ended: Ended) => void;
}

/** How the work on a key ended, which is under way no more. */
export interface Ended {
  readonly outcome: Outcome;
  /** How urgent it was. */
  readonly urgency: Urgency;
  /** How urgent what was added since it began is; undefined if nothing was. */
  readonly addedMeanwhile: Urgency | undefined;
  readonly tookMs: number;
}

interface Running {
  readonly ended: Promise<void>;
  readonly ending: AbortController;
  readonly sinceMs: number;
  addedMeanwhile: Urgency | undefined;
}

/** Keys under way: few at a time, none for longer than it may take, and what happens to each meanwhile. */
export function workers({ work, onError, count, timeoutMs, onEnded }: WorkersOptions) {
  const running = new Map<string, Running>();

  async function run(key: string, urgency: Urgency, ending: AbortController): Promise<void> {
    const beganMs = performance.now();
    // The most that is done at a stretch is one piece of work per worker: where thousands of keys are looked at and nothing
    // is to be done, no work waits for anything, and an edit would not even be heard of before the last of them.
    await setImmediate();
    const limit = setTimeout(() => ending.abort(new TooLong(timeoutMs)), timeoutMs);
    const outcome = await attempt(key, { urgency, signal: ending.signal });
    clearTimeout(limit);
    const { addedMeanwhile } = running.get(key) ?? {};
    running.delete(key);
    onEnded(key, { outcome, urgency, addedMeanwhile, tookMs: performance.now() - beganMs });
  }

  async function attempt(key: string, terms: Terms): Promise<Outcome> {
    try {
      return await work(key, terms);
    } catch (error) {
      onError?.(key, error);
      return { kind: 'backoff' };
    }
  }

  return {
    areFree: (): boolean => running.size < count,
    /** Begins work on a key that is not under way. */
    begin(key: string, urgency: Urgency): void {
      const sinceMs = performance.now();
      const ending = new AbortController();
      const ended = run(key, urgency, ending);
      running.set(key, { ended, ending, sinceMs, addedMeanwhile: undefined });
    },
    /** Notes that a key was added. Returns whether it is under way, so that `onEnded` will tell of it. */
    noteAdded(key: string, urgency: Urgency): boolean {
      const now = running.get(key);
      if (now !== undefined) now.addedMeanwhile = greater(urgency, now.addedMeanwhile);
      return now !== undefined;
    },
    /** How long the work on each key under way has taken so far. */
    workMs: (): readonly number[] => [...running.values()].map(({ sinceMs }) => performance.now() - sinceMs),
    /** Settled when the work under way has ended. After `graceMs` that is told to. */
    async ended(graceMs: number): Promise<void> {
      const limit = setTimeout(() => {
        for (const { ending } of running.values()) ending.abort(new Error('the operator stops'));
      }, graceMs);
      await Promise.all(running.values().map(({ ended }) => ended));
      clearTimeout(limit);
    },
  };
}
