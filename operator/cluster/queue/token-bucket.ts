import { lanes } from './lanes.ts';

/** In the order in which they are served. */
const order = ['Edit', 'Resync', 'Event'] as const;
export type BucketLane = (typeof order)[number];

export interface TokenBucketOptions {
  readonly perSecond: number;
  /** As many may be taken at once after a rest. */
  readonly burst: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export interface TokenBucket {
  /** Resolves when it is one's turn. Rejects with the signal's reason if that comes first, and then takes nothing. */
  take(lane: BucketLane, signal?: AbortSignal): Promise<void>;
  /** Callers who wait. */
  waiting(): number;
}

/**
 * Requests to the API server, unless configured otherwise. It can do more, but not for us alone. A thousand rooms that are
 * made at once are eight thousand requests, which take 12 s so.
 */
export const defaultRate = { perSecond: 600, burst: 1000 } as const;

/** Lets through `perSecond` callers in the long run, `burst` at once, and the urgent ones first. */
export function tokenBucket({ perSecond, burst, now }: TokenBucketOptions): TokenBucket {
  const line = lanes<BucketLane, object, () => void>(order);
  let tokens = burst;
  let filledMs = now();
  let timer: NodeJS.Timeout | undefined;

  const waiting = () => order.reduce((sum, lane) => sum + line.size(lane), 0);

  function fill(): void {
    const nowMs = now();
    tokens = Math.min(burst, tokens + ((nowMs - filledMs) / 1000) * perSecond);
    filledMs = nowMs;
  }

  function serve(): void {
    fill();
    while (tokens >= 1) {
      const next = line.next();
      if (next === undefined) return;
      tokens--;
      next.value();
    }
    if (timer !== undefined || waiting() === 0) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        serve();
      },
      Math.max(1, ((1 - tokens) / perSecond) * 1000),
    );
  }

  return {
    waiting,
    async take(lane, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const ticket = {};
      const giveUp = () => {
        if (line.remove(ticket)) reject(signal?.reason);
      };
      signal?.addEventListener('abort', giveUp);
      line.put(lane, ticket, resolve);
      serve();
      await promise.finally(() => signal?.removeEventListener('abort', giveUp));
    },
  };
}
