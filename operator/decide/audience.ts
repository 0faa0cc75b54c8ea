import type { LiveRoom } from '#crds/liveroom.ts';

export interface ShownAudience {
  readonly subscribers: number;
  /** When a number was last changed, in ms. */
  readonly atMs: number;
}

/** Numbers that change are written no more often. */
export const everyMs = 10_000;
const share = 0.1;

/**
 * The number of subscribers to show, given the one that is shown: another one if it differs by a tenth or is the first or
 * the last subscriber, and that at most every 10 s. Each change is a write for the API server to keep.
 */
export function shownAudience(shown: ShownAudience | undefined, subscribers: number, nowMs: number): ShownAudience {
  if (shown === undefined) return { subscribers, atMs: nowMs };
  return isWorthShowing(shown.subscribers, subscribers) && nowMs - shown.atMs >= everyMs
    ? { subscribers, atMs: nowMs }
    : shown;
}

/** How long until a number that is worth showing may be shown, in ms; undefined if it is not worth it. */
export const showAgainInMs = (shown: ShownAudience, subscribers: number, nowMs: number): number | undefined =>
  isWorthShowing(shown.subscribers, subscribers) ? Math.max(1, shown.atMs + everyMs - nowMs) : undefined;

/** Whether another number of subscribers is worth telling: a tenth more or less, the first or the last. */
export function isWorthShowing(shown: number, now: number): boolean {
  if (shown === now) return false;
  return shown === 0 || now === 0 || Math.abs(now - shown) >= share * shown;
}

/** Whether its status says that somebody is there. */
export const isShownLive = (room: LiveRoom | undefined): boolean =>
  room?.status?.publisher?.connected === true || (room?.status?.subscribers ?? 0) > 0;
