/**
 * Token buckets, one for each key: who asks too often is told when to come again. A full bucket is as good as none, so
 * those who have been quiet for a while are forgotten.
 */
import type { Clock } from '../room/rooms.ts';
import { recent } from './recent.ts';

export interface Rate {
  readonly perSecond: number;
  /** So many at once after a quiet time. */
  readonly burst: number;
}

export interface BucketsOptions extends Rate {
  readonly clock: Pick<Clock, 'now'>;
  /** How many keys are remembered at most. */
  readonly limit?: number;
}

export interface Buckets {
  /** Takes one. Returns 0, or the milliseconds until there will be one; then none is taken. */
  take(key: string): number;
  /** How many keys are remembered. */
  size(): number;
}

interface Bucket {
  readonly tokens: number;
  readonly countedMs: number;
}

/** A few MB at most, and more addresses than ask within the time in which a bucket fills. */
const manyKeys = 10_000;

export function buckets({ perSecond, burst, clock, limit = manyKeys }: BucketsOptions): Buckets {
  const all = recent<Bucket>(limit);
  // A clock that was set back gives nothing, and takes nothing.
  const tokensOf = ({ tokens, countedMs }: Bucket, nowMs: number) =>
    Math.min(burst, tokens + (Math.max(0, nowMs - countedMs) * perSecond) / 1000);
  /** Two go where one may come, so that what has been quiet does not pile up, and no call takes long. */
  const forgetFull = (nowMs: number) => {
    for (let i = 0; i < 2; i++) {
      const oldest = all.oldest();
      if (oldest === undefined || tokensOf(oldest[1], nowMs) < burst) return;
      all.delete(oldest[0]);
    }
  };
  return {
    take: (key) => {
      const nowMs = clock.now();
      forgetFull(nowMs);
      const known = all.get(key);
      const tokens = known === undefined ? burst : tokensOf(known, nowMs);
      const isThere = tokens >= 1;
      all.set(key, { tokens: isThere ? tokens - 1 : tokens, countedMs: nowMs });
      return isThere ? 0 : Math.ceil(((1 - tokens) * 1000) / perSecond);
    },
    size: all.size,
  };
}
