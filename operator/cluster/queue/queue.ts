import { setImmediate } from 'node:timers/promises';
import { alarms } from './alarms.ts';
import { keyBackoff } from './backoff.ts';
import { lanes } from './lanes.ts';
import { type Outcome, TooLong } from './outcome.ts';
import { greater, type Terms, type Urgency } from './urgency.ts';

export interface QueueOptions {
  /** Throwing is the same as `backoff`. */
  readonly work: (key: string, terms: Terms) => Promise<Outcome>;
  /** Keys worked on at the same time. */
  readonly workers?: number;
  /** After this long the work on a key is told to end. */
  readonly timeoutMs?: number;
  readonly onError?: (key: string, error: unknown) => void;
  readonly meter?: QueueMeter;
  readonly random?: () => number;
  readonly backoffFirstMs?: number;
  readonly backoffMaxMs?: number;
}

/** Told how long a key has waited when its work begins, and how long that took when it ends; in milliseconds. */
export interface QueueMeter {
  waited(ms: number): void;
  worked(ms: number): void;
}

/** The queue now, and what it has counted. */
export interface QueueSeen {
  /** Keys waiting for a worker, without those that wait for their time. */
  readonly waiting: Readonly<Record<Urgency, number>>;
  /** Keys that were put into the queue, and those of them whose work had failed. */
  readonly adds: number;
  readonly retries: number;
  /** How long the work on each key under way has taken so far. */
  readonly workMs: readonly number[];
}

export interface AddOptions {
  /** In so many milliseconds, unless work on the key begins before; default now. The earliest of several times wins. */
  readonly afterMs?: number;
  /** Default Edit, and Resync for what is to come later. All that wait with Edit go before all that wait with Resync. */
  readonly urgency?: Urgency;
}

export interface Queue {
  /** Adding a key twice before its work begins is adding it once, with the greater urgency. */
  add(key: string, options?: AddOptions): void;
  seen(): QueueSeen;
  /** Begins nothing more; settled when the work under way has ended. After `graceMs` that is told to. */
  stop(graceMs?: number): Promise<void>;
}

/** Keys worked on at the same time, unless told otherwise. */
export const defaultWorkers = 16;

/**
 * Keys to be worked on, the urgent ones first, else in order of arrival, each by one worker at a time. A key that is
 * added while it is worked on is worked on once more afterwards.
 *
 *     add ──► waiting ──► running ──► done
 *      ▲ later            │  ▲ └────── added meanwhile: back to waiting
 *      └── back-off ◄─────┘
 *
 * A key that failed comes again with the urgency that it had: whoever waited for it waits still. One that is held comes
 * no sooner even if it is added, whoever adds it: the API server has asked for that time, and an edit changes what is
 * wanted of it, not how busy it is. A room that is edited, or whose pods change, all the time would else be what keeps it
 * busy. Nothing is lost by that: when its time has come, the key is worked on as it is then, as an Edit if one came.
 */
export function queue(options: QueueOptions): Queue {
  const { workers = defaultWorkers, timeoutMs = 60_000, meter, random = Math.random } = options;
  const { backoffFirstMs: firstMs = 100, backoffMaxMs: maxMs = 120_000 } = options;
  /** With the time since when. */
  const waiting = lanes<Urgency, string, number>(['Edit', 'Resync']);
  const running = new Map<string, Running>();
  const later = alarms((key, urgency) => add(key, { urgency }));
  const backoff = keyBackoff({ firstMs, maxMs, random });
  const counts = { adds: 0, retries: 0 };
  let isStopped = false;

  function add(key: string, { afterMs = 0, urgency = afterMs > 0 ? 'Resync' : 'Edit' }: AddOptions = {}): void {
    if (isStopped) return;
    const now = running.get(key);
    if (afterMs > 0 || later.isHeld(key)) later.set(key, afterMs, urgency);
    else if (now !== undefined) now.addedMeanwhile = greater(urgency, now.addedMeanwhile);
    else {
      if (!waiting.has(key)) counts.adds++;
      waiting.put(urgency, key, performance.now());
      begin();
    }
  }

  function begin(): void {
    while (running.size < workers && !isStopped) {
      const next = waiting.next();
      if (next === undefined) return;
      // An edit that failed may come again sooner than it was to, for something that is none.
      const urgency = greater(next.lane, later.cancel(next.key));
      const sinceMs = performance.now();
      meter?.waited(sinceMs - next.value);
      const ending = new AbortController();
      const ended = run(next.key, urgency, ending);
      running.set(next.key, { ended, ending, sinceMs, addedMeanwhile: undefined });
    }
  }

  async function run(key: string, urgency: Urgency, ending: AbortController): Promise<void> {
    const beganMs = performance.now();
    // The most that is done at a stretch is one piece of work per worker: where thousands of keys are looked at and nothing is
    // to be done, no work waits for anything, and an edit would not even be heard of before the last of them.
    await setImmediate();
    const limit = setTimeout(() => ending.abort(new TooLong(timeoutMs)), timeoutMs);
    const outcome = await attempt(key, options, { urgency, signal: ending.signal });
    clearTimeout(limit);
    const { addedMeanwhile } = running.get(key) ?? {};
    running.delete(key);
    meter?.worked(performance.now() - beganMs);
    if (outcome.kind === 'done') {
      backoff.forget(key);
      if (outcome.againInMs !== undefined) add(key, { afterMs: outcome.againInMs });
    } else {
      counts.retries++;
      const waitMs = backoff.nextMs(key, outcome.kind === 'again');
      const atLeastMs = outcome.kind === 'backoff' ? (outcome.atLeastMs ?? 0) : 0;
      if (outcome.kind === 'backoff' && outcome.isHeld) later.hold(key, atLeastMs);
      add(key, { afterMs: Math.max(atLeastMs, waitMs), urgency });
    }
    if (addedMeanwhile !== undefined) add(key, { urgency: addedMeanwhile });
    begin();
  }

  return {
    add,
    seen: () => ({
      ...counts,
      waiting: { Edit: waiting.size('Edit'), Resync: waiting.size('Resync') },
      workMs: [...running.values()].map(({ sinceMs }) => performance.now() - sinceMs),
    }),
    async stop(graceMs = 1_000) {
      isStopped = true;
      waiting.clear();
      later.clear();
      const limit = setTimeout(() => {
        for (const { ending } of running.values()) ending.abort(new Error('the operator stops'));
      }, graceMs);
      await Promise.all(running.values().map(({ ended }) => ended));
      clearTimeout(limit);
    },
  };
}

interface Running {
  readonly ended: Promise<void>;
  readonly ending: AbortController;
  readonly sinceMs: number;
  addedMeanwhile: Urgency | undefined;
}

async function attempt(key: string, { work, onError }: QueueOptions, terms: Terms): Promise<Outcome> {
  try {
    return await work(key, terms);
  } catch (error) {
    onError?.(key, error);
    return { kind: 'backoff' };
  }
}
