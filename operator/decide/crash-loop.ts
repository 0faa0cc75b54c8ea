import { annotation } from '#crds/contract.ts';
import type { Pod } from '../kube.ts';
import type { Transition } from './transitions.ts';

/**
 * A server that crashes is started anew in its place, by the kubelet, with its address and port. One that keeps crashing
 * is given up for another pod, which may come to another node; and if that crashes too, for another, later each time.
 *
 *     restart, restart, restart within 5 min ─► next pod ─► restart … and 2 min old ─► next ─► … and 4 min old ─► next
 */

const minuteMs = 60_000;
export const restartWindowMs = 5 * minuteMs;
const mostRestarts = 3;
const longestPatienceMs = 60 * minuteMs;
/** A pod that lived longer than this times its patience had not begun by crashing. */
const recovered = 10;

export interface CrashLoop {
  /** How long until the pod is given up, in ms; at most 0: now. */
  readonly waitMs: number;
  /** How many of a row it is then. */
  readonly count: number;
}

/** Undefined for a pod whose server does not keep crashing. `recent`: its restarts within `restartWindowMs`. */
export function crashLoop(pod: Pod, recent: number, nowMs: number): CrashLoop | undefined {
  if (recent < mostRestarts && !isBackedOff(pod)) return undefined;
  const before = Number(pod.metadata.annotations?.[annotation.crashLoops] ?? 0);
  // The API server's clock may be ahead of ours.
  const ageMs = Math.max(0, nowMs - (Date.parse(pod.metadata.creationTimestamp ?? '') || 0));
  const patienceMs = before === 0 ? 0 : Math.min(minuteMs * 2 ** before, longestPatienceMs);
  const isAnew = ageMs > recovered * Math.max(patienceMs, restartWindowMs);
  return { waitMs: patienceMs - ageMs, count: isAnew ? 1 : before + 1 };
}

/** The kubelet waits before it starts it again: longer than our window in the end, and we may not have seen it begin. */
const isBackedOff = (pod: Pod): boolean =>
  pod.status?.containerStatuses?.some(
    ({ restartCount, state }) => restartCount >= mostRestarts && state?.waiting?.reason === 'CrashLoopBackOff',
  ) === true;

/** How often its containers have been started anew. */
export const restartsOf = (pod: Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** The Event that tells of it. */
export function restarted(pod: Pod): Transition {
  const last = pod.status?.containerStatuses?.find(({ lastState }) => lastState?.terminated)?.lastState?.terminated;
  const how = last === undefined ? '' : ` with exit code ${last.exitCode}${last.reason ? ` (${last.reason})` : ''}`;
  const { name, namespace } = pod.metadata;
  return {
    type: 'Warning',
    reason: 'ServerRestarted',
    message: `The server of pod ${name} ended${how} and is started anew in its place, restart ${restartsOf(pod)} of this pod. Clients have to connect again. See: kubectl -n ${namespace} logs --previous ${name}`,
  };
}
