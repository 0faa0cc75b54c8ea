import type { Rollout } from '../decide/origin.ts';

export interface RolloutsOptions {
  /** Roll-outs under way at a time. */
  readonly maxConcurrent: number;
  /** The room may begin now. */
  readonly onTurn: (key: string) => void;
}

/** One that does not come to an end holds up the others no longer than this. */
const longestMs = 10 * 60_000;

/**
 * Spreads the roll-outs that nobody asked for: what this operator found different when it began (another configuration),
 * and nodes that are being emptied. What becomes different under its eyes somebody has edited, and does not wait. So a
 * default image that does not work gets a few rooms further every ten minutes, each of which serves on with the pod that
 * it had.
 */
export function rollouts({ maxConcurrent, onTurn }: RolloutsOptions) {
  /** The hash that each room's pod had, or was to have when the room was first seen. */
  const found = new Map<string, string>();
  /** With the time since when. */
  const underWay = new Map<string, number>();
  const overdue = new Set<string>();
  const waiting = new Set<string>();
  const led = new Map<string, { readonly podName: string; readonly sinceMs: number }>();

  const isEdited = (key: string, specHash: string) => (found.get(key) ?? specHash) !== specHash;

  function goOn(key: string, nowMs: number): void {
    const sinceMs = underWay.get(key) ?? nowMs;
    waiting.delete(key);
    underWay.set(key, sinceMs);
    if (nowMs - sinceMs <= longestMs) return;
    overdue.add(key);
    leave(key);
  }

  function leave(key: string): void {
    const had = [underWay.delete(key), waiting.delete(key)];
    if (!had.includes(true)) return;
    const free = maxConcurrent - underWay.size;
    for (const next of [...waiting].slice(0, Math.max(0, free))) onTurn(next);
  }

  return {
    /** Since when the room's Service leads to one pod alone, as far as this operator knows; in ms. */
    ledSinceMs(key: string, podName: string | undefined, nowMs: number): number {
      const known = led.get(key);
      if (podName === undefined) led.delete(key);
      else if (known?.podName !== podName) led.set(key, { podName, sinceMs: nowMs });
      return known !== undefined && known.podName === podName ? known.sinceMs : nowMs;
    },

    /** Whether the room, whose pod is to have this hash, may begin. */
    mayBegin(key: string, specHash: string): boolean {
      if (!found.has(key)) found.set(key, specHash);
      return isEdited(key, specHash) || underWay.has(key) || underWay.size < maxConcurrent;
    },

    /** Where the room has come to. `isSurge`: with a second pod, or about to make one. */
    note(key: string, { rollout, isSurge, specHash }: Noted, nowMs: number): void {
      const isReplacing = rollout === 'Replacing' && isSurge;
      if (rollout === 'WaitingForTurn') waiting.add(key);
      else if (isReplacing && !isEdited(key, specHash) && !overdue.has(key)) goOn(key, nowMs);
      else {
        if (rollout === 'Current') found.set(key, specHash);
        if (!isReplacing) overdue.delete(key);
        leave(key);
      }
    },

    forget(key: string): void {
      found.delete(key);
      led.delete(key);
      overdue.delete(key);
      leave(key);
    },
  };
}

export interface Noted {
  readonly rollout: Rollout;
  readonly isSurge: boolean;
  readonly specHash: string;
}

export type Rollouts = ReturnType<typeof rollouts>;
