import { annotation } from '#crds/contract.ts';
import type { Pod } from '../kube.ts';
import { hostPortOf } from './media-address.ts';

/**
 * A host port that somebody else's pod has: another operator's, or anybody's. Nobody says so but the scheduler, of a pod that
 * it found no node for, and it counts the nodes: more of them than have a pod of ours with that port. The pod that waits, on
 * which nobody can be, gives way to one with another port; and if that one's is taken, too, to another, later each time.
 *
 *     on no node for 1 min ─► next pod, 2 min ─► next, 4 min ─► next, 8 min ─► next, 10 min ─► next, 10 min …
 */

const minuteMs = 60_000;
const longestPatienceMs = 10 * minuteMs;

export interface LackedPort {
  readonly port: number;
  /** On how many nodes it keeps the pod away that would do otherwise. */
  readonly nodes: number;
}

export interface HeldPort {
  readonly port: number;
  /** How long until the pod gives way, in ms; at most 0: now. */
  readonly waitMs: number;
  /** How many of a row it is then. */
  readonly count: number;
}

/** Undefined for a pod that is on a node, or waits for something else than a port. */
export function lackedPort(pod: Pod): LackedPort | undefined {
  const why = pod.spec.nodeName === undefined ? whyUnscheduled(pod) : undefined;
  const port = lacksPort(why) ? hostPortOf(pod) : undefined;
  return port === undefined
    ? undefined
    : { port, nodes: Number(/(\d+) node\(s\) didn't have free ports/.exec(why ?? '')?.[1] ?? 1) };
}

/** What is to become of a pod that has waited for its port for `waitedMs`. */
export function heldPort(pod: Pod, port: number, waitedMs: number): HeldPort {
  const before = Number(pod.metadata.annotations?.[annotation.heldPorts] ?? 0);
  return { port, waitMs: Math.min(minuteMs * 2 ** before, longestPatienceMs) - waitedMs, count: before + 1 };
}

/** What the scheduler says of a pod that it has found no node for; undefined for any other pod. */
export function whyUnscheduled(pod: Pod): string | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason ?? 'no reason given') : undefined;
}

/** Whether the pod's port keeps it from a node where its taints, labels and selectors let it be. */
export const lacksPort = (why: string | undefined): boolean => why?.includes('free ports') === true;
