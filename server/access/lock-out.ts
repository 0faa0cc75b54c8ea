/**
 * Who tries tokens is made to stop. Failures are counted for each address and room: behind one address there may be an
 * office, or the whole world where a proxy is not among the trusted ones, and whoever guesses there must lock nobody
 * out of other rooms.
 *
 * Nor out of the same room, if their token has been right before: it is still looked at while the address is locked
 * out. So one who guesses next to a publisher does not cut off its way back. That says nothing to one who guesses: for
 * a token to be known here it must have been right already.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../room/rooms.ts';
import { recent } from './recent.ts';

export interface Suspect {
  /** As `addressKey` names it. */
  readonly addressKey: string;
  /** `namespace/name`. */
  readonly room: string;
}

export interface LockOut {
  /** Milliseconds until a token of this suspect is looked at again; 0: now. */
  lockedForMs(suspect: Suspect, token: string): number;
  /**
   * A token was wrong. Returns for how long that locks the suspect out, in milliseconds; 0: it does not. The same token
   * again is no new guess, but a player that tries again, or an office where one link went round.
   */
  failed(suspect: Suspect, token: string): number;
  /** A token was right. It makes no failure undone: who guesses may have a neighbour who knows. */
  succeeded(room: string, token: string): void;
  /** How many suspects are remembered. */
  size(): number;
}

export interface LockOutLimits {
  /** So many different tokens within that time lock out. */
  readonly failures: number;
  readonly withinMs: number;
  /** For so long at first, and twice as long each time it happens again. */
  readonly lockMs: number;
  readonly maxLockMs: number;
  /** How many suspects, and how many right tokens, are remembered. */
  readonly remembered: number;
}

/**
 * Nine a minute may go on for ever, which is 13,000 a day from one address: hopeless for any token that is not a word.
 */
export const lockOutLimits: LockOutLimits = {
  failures: 10,
  withinMs: 60_000,
  lockMs: 60_000,
  maxLockMs: 15 * 60_000,
  remembered: 10_000,
};

/** Enough of a hash to tell ten tokens apart. */
const keptLetters = 8;

interface History {
  /** Hashes of the wrong tokens, since then. */
  readonly tried: readonly string[];
  readonly sinceMs: number;
  readonly locks: number;
  readonly lockedAtMs: number;
  readonly lockMs: number;
}

const clean: History = { tried: [], sinceMs: 0, locks: 0, lockedAtMs: 0, lockMs: 0 };

export function lockOut(clock: Pick<Clock, 'now'>, limits: LockOutLimits = lockOutLimits): LockOut {
  const histories = recent<History>(limits.remembered);
  const right = recent<true>(limits.remembered);
  /** A clock that was set back must not make a lock longer, so a time to come counts as long ago. */
  const since = (ms: number) => (clock.now() < ms ? Number.POSITIVE_INFINITY : clock.now() - ms);
  const leftMs = ({ lockedAtMs, lockMs }: History) => Math.max(0, lockMs - since(lockedAtMs));
  return {
    lockedForMs: (suspect, token) => {
      const ms = leftMs(histories.get(keyOf(suspect)) ?? clean);
      return ms > 0 && right.get(`${suspect.room} ${hashOf(token)}`) ? 0 : ms;
    },
    failed: (suspect, token) => {
      const before = histories.get(keyOf(suspect)) ?? clean;
      const tried = since(before.sinceMs) < limits.withinMs ? before.tried : [];
      const shown = hashOf(token).slice(0, keptLetters);
      // What was under way when the lock fell makes it no longer.
      if (leftMs(before) > 0 || tried.includes(shown)) return 0;
      const nowMs = clock.now();
      if (tried.length + 1 < limits.failures) {
        const sinceMs = tried.length > 0 ? before.sinceMs : nowMs;
        histories.set(keyOf(suspect), { ...before, tried: [...tried, shown], sinceMs });
        return 0;
      }
      // Who has kept still for as long as the longest lock begins anew.
      const locks = since(before.lockedAtMs) < before.lockMs + limits.maxLockMs ? before.locks : 0;
      const lockMs = Math.min(limits.maxLockMs, limits.lockMs * 2 ** locks);
      histories.set(keyOf(suspect), { ...clean, locks: locks + 1, lockedAtMs: nowMs, lockMs });
      return lockMs;
    },
    succeeded: (room, token) => right.set(`${room} ${hashOf(token)}`, true),
    size: histories.size,
  };
}

const keyOf = ({ addressKey, room }: Suspect) => `${addressKey} ${room}`;

/** Tokens are not kept. */
const hashOf = (token: string) => hash('sha256', token, 'base64url');
