import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../../decide/lease.ts';
import { isStatus } from '../client/api-error.ts';
import { LeaseLost, type LeaseOptions, leaseHold } from './lease-hold.ts';

/** As most controllers of Kubernetes have it. */
export const defaultTiming: LeaseOptions['timing'] = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

export interface ElectionOptions extends LeaseOptions {
  /** Told once of each thing that goes wrong, until it is another. */
  readonly onError: (error: unknown) => void;
  /** Told when a try had no answer in its time: its connection may be dead. The next one comes before the Lease is lost. */
  readonly onSilence?: () => void;
}

export interface Election {
  /** Resolves to the Lease once it is ours. */
  readonly acquired: Promise<Lease>;
  /** Whether it is ours as far as anybody can know. Asked before each write. */
  isLeader(): boolean;
  /** Resolves when it was ours and is no longer, but by `release`. There is no second try. */
  readonly lost: Promise<LeaseLost>;
  /** Ends the candidacy, and leaves the Lease to whoever wants it. Never rejects. */
  release(): Promise<void>;
}

/**
 * Takes part in the election of the one operator that acts, until it has won and lost.
 *
 *     leader    renew ── 2 s ── renew ── 2 s ── … no answer for 10 s: lost, no write is begun any more
 *     follower  look ─── 1 s ── look ─── 1 s ── … nobody has renewed it for 15 s, or it was given back: take it
 *
 * Each counts by its own clock, the leader from before its request was sent, the follower from after its answer came. So
 * the one has stopped 5 s before the other follows, whatever time their clocks say it is.
 */
export function leaderElection(options: ElectionOptions): Election {
  const { timing, onError, onSilence } = options;
  const hold = leaseHold(options);
  const acquired = Promise.withResolvers<Lease>();
  const lost = Promise.withResolvers<LeaseLost>();
  const stopping = new AbortController();
  let isOver = false;
  let problem = '';
  const soonMs = Math.min(100, timing.retryMs);

  /** Resolves to when to try again, in ms. */
  async function tryOnce(): Promise<number> {
    // Whole ones, and none below 0, are all that a signal takes; the clock counts in smaller parts.
    const limitMs = Math.max(0, Math.ceil(Math.min(hold.leftMs(), timing.renewMs / 2)));
    const limit = AbortSignal.timeout(limitMs);
    try {
      const heldMs = await hold.takeOrRenew(AbortSignal.any([stopping.signal, limit]));
      const lease = hold.lease();
      if (lease !== undefined) acquired.resolve(lease);
      problem = '';
      // Looking costs little, and who looks late takes up late what was given back.
      return heldMs > 0 ? Math.min(heldMs, timing.retryMs / 2) : timing.retryMs;
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      // Somebody was faster, or a request of our own was after we had given it up.
      if (isStatus(error, 409)) return soonMs;
      const said = error instanceof Error ? error.message : String(error);
      if (said !== problem && !stopping.signal.aborted) onError(error);
      problem = said;
      if (!limit.aborted) return timing.retryMs;
      onSilence?.();
      return soonMs;
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const waitMs = Math.min(await tryOnce(), hold.leftMs());
      await sleep(Math.max(1, waitMs), undefined, { signal: stopping.signal }).catch(() => {});
      // Looked at before anything is sent: the process may have been stopped for long.
      if (hold.leftMs() <= 0) throw new LeaseLost(options, `it could not be renewed for ${timing.renewMs / 1000} s`);
    }
  }

  const ended = run().catch((error: LeaseLost) => {
    isOver = true;
    if (!stopping.signal.aborted) lost.resolve(error);
  });

  return {
    acquired: acquired.promise,
    isLeader: () => !isOver && hold.lease() !== undefined && hold.leftMs() > 0,
    lost: lost.promise,
    async release(): Promise<void> {
      isOver = true;
      stopping.abort();
      await ended;
      await hold.leave(AbortSignal.timeout(timing.retryMs)).catch(onError);
    },
  };
}
