import { namespaceObject } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { durationMs } from './build/duration.ts';
import { urls } from './build/urls.ts';
import { type Cluster, roomKey } from './cluster/cluster.ts';
import type { Config } from './config.ts';
import type { ShownAudience } from './decide/audience.ts';
import { drainEndsMs } from './decide/draining.ts';
import type { Finding } from './decide/finding.ts';
import { hasEnded } from './decide/origin.ts';
import type { Audience, DrainingPod, MonitoringSeen, Seen } from './decide/seen.ts';
import { isReported, report } from './decide/status.ts';
import { type Transition, transitions } from './decide/transitions.ts';
import { isBeingDeleted, isControlledBy, type Pod } from './kube.ts';

export interface ReportDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  /** What a pod says of the rooms that it serves. */
  readonly audience: (pod: Pod | undefined, room: LiveRoom) => Audience;
  /** What is wrong with the namespace's monitoring objects. */
  readonly monitoringProblem: (namespace: string) => Finding<'MonitoringReady'> | undefined;
  /** What was last shown of each room's audience, by key. */
  readonly shown: Map<string, ShownAudience>;
  /** Tells people of a transition. Never fails. */
  readonly tell: (room: LiveRoom, news: Transition) => Promise<void>;
  readonly now: () => number;
}

export type Result = Pick<Seen, 'origin' | 'rollout' | 'rejection' | 'refusal' | 'mediaAddress'>;

/** Writes the room's status, if it says anything new. Resolves to when it would say something else by itself, in ms. */
export async function writeReport(
  room: LiveRoom,
  result: Result,
  { cluster, config, audience, monitoringProblem, shown, tell, now }: ReportDependencies,
): Promise<number | undefined> {
  const { namespace } = room.metadata;
  const seen: Seen = {
    room,
    ...result,
    audience: audience(result.origin, room),
    draining: drainingPods(room, cluster, audience),
    monitoring: monitoringSeen(namespace, cluster, monitoringProblem(namespace)),
    nowMs: now(),
  };
  const next = report(seen, {
    urls: urls(room, config),
    reconnectGraceMs: durationMs(room.spec.publish.reconnectGrace),
    shown: shown.get(roomKey(room)),
  });
  if (next.shown !== undefined) shown.set(roomKey(room), next.shown);
  if (isReported(room, next.status)) return next.againInMs;
  await cluster.writeStatus(room, next.status);
  for (const news of transitions(room.status?.conditions, next.status.conditions)) await tell(room, news);
  return next.againInMs;
}

function drainingPods(room: LiveRoom, cluster: Cluster, audience: ReportDependencies['audience']): DrainingPod[] {
  const isDraining = (pod: Pod) =>
    isControlledBy(pod, room.metadata.uid) && isBeingDeleted(pod) && pod.status?.podIP !== undefined && !hasEnded(pod);
  const timeoutMs = durationMs(room.spec.drain.timeout);
  return cluster
    .podsOf(roomKey(room))
    .filter(isDraining)
    .map((pod) => ({ pod, audience: audience(pod, room), endsMs: drainEndsMs(pod, timeoutMs) }));
}

/** A namespace has one of each, for all of its rooms. */
function monitoringSeen(
  namespace: string,
  cluster: Cluster,
  problem: Finding<'MonitoringReady'> | undefined,
): MonitoringSeen {
  const kinds = new Set(
    cluster
      .objectsOf(namespace)
      .filter(({ metadata: { name } }) => name === namespaceObject)
      .map(({ kind }) => kind),
  );
  return {
    missingKinds: Object.entries(cluster.monitoringKinds())
      .filter(([, isServed]) => !isServed)
      .map(([kind]) => kind),
    ...(kinds.has('ServiceMonitor') ? { serviceMonitor: namespaceObject } : {}),
    ...(kinds.has('PrometheusRule') ? { prometheusRule: namespaceObject } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}
