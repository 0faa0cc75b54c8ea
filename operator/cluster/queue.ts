/** What to do with a key whose work has returned. */
export type Outcome =
  | { readonly kind: 'done' /** Again then, even if nothing happens. */; readonly againInMs?: number }
  /** Again after the key's own back-off, and not before `atLeastMs`. */
  | { readonly kind: 'backoff'; readonly atLeastMs?: number };

export interface QueueOptions {
  /** Throwing is the same as `backoff`. The signal is aborted by `stop`. */
  readonly work: (key: string, signal: AbortSignal) => Promise<Outcome>;
  /** Keys worked on at the same time. */
  readonly workers?: number;
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
  readonly waiting: number;
  /** Keys that were put into the queue, and those of them whose work had failed. */
  readonly adds: number;
  readonly retries: number;
  /** How long the work on each key under way has taken so far. */
  readonly workMs: readonly number[];
}

export interface Queue {
  /** Work on `key` now or `afterMs` later; adding it twice before it begins is adding it once. */
  add(key: string, afterMs?: number): void;
  seen(): QueueSeen;
  /** Begins nothing more; settled when the work under way has ended. */
  stop(): Promise<void>;
}

/** Keys worked on at the same time, unless told otherwise. */
export const defaultWorkers = 16;

/**
 * Keys to be worked on, in order of arrival, each by one worker at a time. A key that is added while it is worked on is
 * worked on once more afterwards.
 *
 *     add ──► waiting ──► running ──► done
 *      ▲ later            │  ▲ └────── added meanwhile: back to waiting
 *      └── back-off ◄─────┘
 */
export function queue(options: QueueOptions): Queue {
  const { workers = defaultWorkers, meter } = options;
  /** With the time since when. */
  const waiting = new Map<string, number>();
  const running = new Map<string, { readonly ended: Promise<void>; readonly sinceMs: number }>();
  const addedMeanwhile = new Set<string>();
  const later = new Map<string, { readonly timer: NodeJS.Timeout; readonly atMs: number }>();
  const backoff = backoffs(options);
  const stopping = new AbortController();
  const counts = { adds: 0, retries: 0 };

  function add(key: string, afterMs = 0): void {
    if (stopping.signal.aborted) return;
    if (afterMs > 0) addLater(key, afterMs);
    else if (running.has(key)) addedMeanwhile.add(key);
    else {
      if (!waiting.has(key)) counts.adds++;
      waiting.set(key, waiting.get(key) ?? performance.now());
      begin();
    }
  }

  /** The earliest of several times wins. */
  function addLater(key: string, afterMs: number): void {
    const atMs = performance.now() + afterMs;
    const planned = later.get(key);
    if (planned !== undefined && planned.atMs <= atMs) return;
    clearTimeout(planned?.timer);
    const timer = setTimeout(() => {
      later.delete(key);
      add(key);
    }, afterMs);
    later.set(key, { timer, atMs });
  }

  function begin(): void {
    for (const [key, sinceMs] of waiting) {
      if (running.size >= workers || stopping.signal.aborted) return;
      waiting.delete(key);
      const nowMs = performance.now();
      meter?.waited(nowMs - sinceMs);
      running.set(key, { ended: run(key, nowMs), sinceMs: nowMs });
    }
  }

  async function run(key: string, sinceMs: number): Promise<void> {
    // So that `running` has the key before its work can end.
    await Promise.resolve();
    const outcome = await attempt(key, options, stopping.signal);
    running.delete(key);
    meter?.worked(performance.now() - sinceMs);
    if (outcome.kind === 'done') {
      backoff.forget(key);
      if (outcome.againInMs !== undefined) add(key, outcome.againInMs);
    } else {
      counts.retries++;
      add(key, Math.max(outcome.atLeastMs ?? 0, backoff.nextMs(key)));
    }
    if (addedMeanwhile.delete(key)) add(key);
    begin();
  }

  return {
    add,
    seen: () => ({
      ...counts,
      waiting: waiting.size,
      workMs: running
        .values()
        .map(({ sinceMs }) => performance.now() - sinceMs)
        .toArray(),
    }),
    async stop() {
      stopping.abort();
      waiting.clear();
      for (const { timer } of later.values()) clearTimeout(timer);
      later.clear();
      await Promise.all(running.values().map(({ ended }) => ended));
    },
  };
}

async function attempt(key: string, { work, onError }: QueueOptions, signal: AbortSignal): Promise<Outcome> {
  try {
    return await work(key, signal);
  } catch (error) {
    onError?.(key, error);
    return { kind: 'backoff' };
  }
}

/** How long each key that has failed is put off. */
function backoffs({ random = Math.random, backoffFirstMs = 100, backoffMaxMs = 60_000 }: QueueOptions) {
  const failures = new Map<string, number>();
  return {
    forget: (key: string) => failures.delete(key),
    /** Half of it random, and never 0: a key that fails at once must not spin. */
    nextMs(key: string): number {
      const n = failures.get(key) ?? 0;
      failures.set(key, n + 1);
      return Math.min(backoffMaxMs, backoffFirstMs * 2 ** n) * (0.5 + random() / 2);
    },
  };
}
