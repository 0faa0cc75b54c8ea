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
  readonly random?: () => number;
  readonly backoffFirstMs?: number;
  readonly backoffMaxMs?: number;
}

export interface Queue {
  /** Work on `key` now or `afterMs` later; adding it twice before it begins is adding it once. */
  add(key: string, afterMs?: number): void;
  /** Keys waiting for a worker, without those that wait for their time. */
  depth(): number;
  /** Keys being worked on. */
  active(): number;
  /** Begins nothing more; settled when the work under way has ended. */
  stop(): Promise<void>;
}

/**
 * Keys to be worked on, in order of arrival, each by one worker at a time. A key that is added while it is worked on is
 * worked on once more afterwards.
 *
 *     add ──► waiting ──► running ──► done
 *      ▲ later            │  ▲ └────── added meanwhile: back to waiting
 *      └── back-off ◄─────┘
 */
export function queue(options: QueueOptions): Queue {
  const { work, workers = 16, onError = () => {}, random = Math.random } = options;
  const { backoffFirstMs = 100, backoffMaxMs = 60_000 } = options;
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const addedMeanwhile = new Set<string>();
  const later = new Map<string, { readonly timer: NodeJS.Timeout; readonly atMs: number }>();
  const failures = new Map<string, number>();
  const stopping = new AbortController();

  function add(key: string, afterMs = 0): void {
    if (stopping.signal.aborted) return;
    if (afterMs > 0) addLater(key, afterMs);
    else if (running.has(key)) addedMeanwhile.add(key);
    else {
      waiting.add(key);
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
    for (const key of waiting) {
      if (running.size >= workers || stopping.signal.aborted) return;
      waiting.delete(key);
      running.set(key, run(key));
    }
  }

  async function run(key: string): Promise<void> {
    // So that `running` has the key before its work can end.
    await Promise.resolve();
    const outcome = await attempt(key);
    running.delete(key);
    if (outcome.kind === 'done') {
      failures.delete(key);
      if (outcome.againInMs !== undefined) add(key, outcome.againInMs);
    } else add(key, Math.max(outcome.atLeastMs ?? 0, nextBackoffMs(key)));
    if (addedMeanwhile.delete(key)) add(key);
    begin();
  }

  async function attempt(key: string): Promise<Outcome> {
    try {
      return await work(key, stopping.signal);
    } catch (error) {
      onError(key, error);
      return { kind: 'backoff' };
    }
  }

  /** Half of it random, and never 0: a key that fails at once must not spin. */
  function nextBackoffMs(key: string): number {
    const n = failures.get(key) ?? 0;
    failures.set(key, n + 1);
    return Math.min(backoffMaxMs, backoffFirstMs * 2 ** n) * (0.5 + random() / 2);
  }

  return {
    add,
    depth: () => waiting.size,
    active: () => running.size,
    async stop() {
      stopping.abort();
      waiting.clear();
      for (const { timer } of later.values()) clearTimeout(timer);
      later.clear();
      await Promise.all(running.values());
    },
  };
}
