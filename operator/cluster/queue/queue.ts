import { alarms } from './alarms.ts';
import { keyBackoff } from './backoff.ts';
import { lanes } from './lanes.ts';
import type { Outcome } from './outcome.ts';
import { greater, type Terms, type Urgency } from './urgency.ts';
import { type Ended, workers } from './workers.ts';

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
 *     add later ──► Later ◄───────────────────────┐ comes again in a while, or after its back-off
 *                     │ its time has come         │
 *                     ▼                           │
 *     add ────────► Waiting ─── a worker ───► Running ──► done
 *                     ▲                           │
 *                     └─────── added meanwhile ───┘
 *
 * A key that failed comes again with the urgency that it had: whoever waited for it waits still. One that is held comes
 * no sooner even if it is added, whoever adds it: the API server has asked for that time, and an edit changes what is
 * wanted of it, not how busy it is. A room that is edited, or whose pods change, all the time would else be what keeps it
 * busy. Nothing is lost by that: when its time has come, the key is worked on as it is then, as an Edit if one came.
 */
export function queue(options: QueueOptions): Queue {
  const { work, onError, workers: count = defaultWorkers, timeoutMs = 60_000, meter, random = Math.random } = options;
  const { backoffFirstMs: firstMs = 100, backoffMaxMs: maxMs = 120_000 } = options;
  /** With the time since when. */
  const waiting = lanes<Urgency, string, number>(['Edit', 'Resync']);
  const running = workers({ work, onError, count, timeoutMs, onEnded });
  const later = alarms((key, urgency) => add(key, { urgency }));
  const backoff = keyBackoff({ firstMs, maxMs, random });
  const counts = { adds: 0, retries: 0 };
  let isStopped = false;

  function add(key: string, { afterMs = 0, urgency = afterMs > 0 ? 'Resync' : 'Edit' }: AddOptions = {}): void {
    if (isStopped) return;
    if (afterMs > 0 || later.isHeld(key)) later.set(key, afterMs, urgency);
    else if (!running.noteAdded(key, urgency)) {
      if (!waiting.has(key)) counts.adds++;
      waiting.put(urgency, key, performance.now());
      begin();
    }
  }

  function begin(): void {
    while (running.areFree() && !isStopped) {
      const next = waiting.next();
      if (next === undefined) return;
      // An edit that failed may come again sooner than it was to, for something that is none.
      const urgency = greater(next.lane, later.cancel(next.key));
      meter?.waited(performance.now() - next.value);
      running.begin(next.key, urgency);
    }
  }

  function onEnded(key: string, { outcome, urgency, addedMeanwhile, tookMs }: Ended): void {
    meter?.worked(tookMs);
    if (outcome.kind === 'done') {
      backoff.forget(key);
      if (outcome.againInMs !== undefined) add(key, { afterMs: outcome.againInMs });
    } else retry(key, outcome, urgency);
    if (addedMeanwhile !== undefined) add(key, { urgency: addedMeanwhile });
    begin();
  }

  function retry(key: string, outcome: Exclude<Outcome, { kind: 'done' }>, urgency: Urgency): void {
    counts.retries++;
    const waitMs = backoff.nextMs(key, outcome.kind === 'again');
    const atLeastMs = outcome.kind === 'backoff' ? (outcome.atLeastMs ?? 0) : 0;
    if (outcome.kind === 'backoff' && outcome.isHeld) later.hold(key, atLeastMs);
    add(key, { afterMs: Math.max(atLeastMs, waitMs), urgency });
  }

  return {
    add,
    seen: () => ({
      ...counts,
      waiting: { Edit: waiting.size('Edit'), Resync: waiting.size('Resync') },
      workMs: running.workMs(),
    }),
    async stop(graceMs = 1_000) {
      isStopped = true;
      waiting.clear();
      later.clear();
      await running.ended(graceMs);
    },
  };
}
