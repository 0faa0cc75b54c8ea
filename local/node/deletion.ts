import type { Pod } from './objects.ts';

/** What the API has asked of a pod that is being deleted, and when its grace period ends by this node's clock. */
export interface Deletion {
  readonly graceMs: number;
  readonly killAt: number;
}

const defaultGraceSeconds = 30;

export const gracePeriodMs = (pod: Pod) => (pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds) * 1000;

/** The deletion as the pod has it now. A later one can shorten the grace period, counted from then, but never lengthen it. */
export function deletion(pod: Pod, before: Deletion | undefined, now: number): Deletion | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds = defaultGraceSeconds } = pod.metadata;
  if (deletionTimestamp === undefined) return undefined;
  const graceMs = deletionGracePeriodSeconds * 1000;
  if (before === undefined) return { graceMs, killAt: now + graceMs };
  if (graceMs >= before.graceMs) return before;
  return { graceMs, killAt: Math.min(before.killAt, now + graceMs) };
}
