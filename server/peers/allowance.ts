/** How many requests go on to other pods: so many of each session and in all at a time, and of each session in a second. */
import { buckets } from '../access/buckets.ts';
import type { Clock } from '../room/rooms.ts';

/** A client has a stream or two of events, and a few requests beside. Streams last, and so have places of their own. */
const atOnce = { ofSession: 8, streams: 1000, others: 1000 } as const;
/** It sends a PATCH for each of its candidates, some ten in a second. */
const rate = { perSecond: 20, burst: 50 } as const;
const busyRetryMs = 1000;

/** Is given back by `leave`. */
export interface Place {
  readonly leave: () => void;
}

/** A place, or the milliseconds after which there may be one. */
export type Allowed = Place | { readonly retryAfterMs: number };

export function allowance(clock: Pick<Clock, 'now'>): (session: string, isStream: boolean) => Allowed {
  const often = buckets({ ...rate, clock });
  const taken = new Map<string, number>();
  const all = { streams: 0, others: 0 };
  const count = (session: string, kind: keyof typeof all, by: 1 | -1): void => {
    const now = (taken.get(session) ?? 0) + by;
    all[kind] += by;
    if (now === 0) taken.delete(session);
    else taken.set(session, now);
  };
  return (session, isStream) => {
    const kind = isStream ? 'streams' : 'others';
    if (all[kind] >= atOnce[kind] || (taken.get(session) ?? 0) >= atOnce.ofSession)
      return { retryAfterMs: busyRetryMs };
    const retryAfterMs = often.take(session);
    if (retryAfterMs > 0) return { retryAfterMs };
    count(session, kind, 1);
    return { leave: () => count(session, kind, -1) };
  };
}
