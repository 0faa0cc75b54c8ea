import { annotation } from '#crds/contract.ts';
import type { Pod } from '../kube.ts';
import { hostPortOf } from './media-address.ts';

/**
 * A host port that something else has: another operator's pod, a program on the node. Nobody says so but the scheduler, and
 * it has said so of a pod that it found no node for. That pod, on which nobody can be, gives way to one with another port;
 * and if that one's is taken, too, to another, later each time.
 *
 *     on no node for 1 min ─► next pod, 2 min ─► next, 4 min ─► next, 8 min ─► next, 10 min ─► next, 10 min …
 */

const minuteMs = 60_000;
const longestPatienceMs = 10 * minuteMs;

export interface HeldPort {
  readonly port: number;
  /** How long until the pod gives way, in ms; at most 0: now. */
  readonly waitMs: number;
  /** How many of a row it is then. */
  readonly count: number;
}

/** Undefined for a pod that is on a node, or waits for something else than a port. */
export function heldPort(pod: Pod, nowMs: number): HeldPort | undefined {
  const port = hostPortOf(pod);
  if (port === undefined || pod.spec.nodeName !== undefined || !lacksPort(whyUnscheduled(pod))) return undefined;
  const before = Number(pod.metadata.annotations?.[annotation.heldPorts] ?? 0);
  const ageMs = Math.max(0, nowMs - (Date.parse(pod.metadata.creationTimestamp ?? '') || nowMs));
  return { port, waitMs: Math.min(minuteMs * 2 ** before, longestPatienceMs) - ageMs, count: before + 1 };
}

/** What the scheduler says of a pod that it has found no node for; undefined for any other pod. */
export function whyUnscheduled(pod: Pod): string | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason ?? 'no reason given') : undefined;
}

/** Whether a node would do but for the pod's port. */
export const lacksPort = (why: string | undefined): boolean => why?.includes('free ports') === true;
