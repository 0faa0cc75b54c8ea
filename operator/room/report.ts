import type { LiveRoom } from '#crds/liveroom.ts';
import { durationMs } from '../build/duration.ts';
import { routing } from '../build/routing.ts';
import { urls } from '../build/urls.ts';
import { isStatus } from '../cluster/client/api-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Config } from '../config.ts';
import type { ShownAudience } from '../decide/audience.ts';
import { drainEndsMs } from '../decide/draining.ts';
import type { EndpointSeen } from '../decide/endpoint-ready.ts';
import { hasEnded } from '../decide/origin.ts';
import type { Audience, DrainingPod, Seen } from '../decide/seen.ts';
import { isReported, report } from '../decide/status.ts';
import { type Transition, transitions } from '../decide/transitions.ts';
import { isBeingDeleted, isControlledBy, type KubeObject, type Node, type Pod } from '../kube.ts';
import { mediaServiceOf } from './media-services.ts';
import type { Monitoring } from './monitoring.ts';
import { monitoringSeen } from './monitoring-seen.ts';
import type { Newborns } from './newborns.ts';

export interface ReportDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  /** What a pod says of the rooms that it serves. */
  readonly audience: (pod: Pod | undefined, room: LiveRoom) => Audience;
  readonly monitoring: Pick<Monitoring, 'problems'>;
  /** What was last shown of each room's audience, by key. */
  readonly shown: Map<string, ShownAudience>;
  readonly newborns: Newborns;
  /** Tells people of a transition. Never fails. */
  readonly tell: (room: LiveRoom, news: Transition) => Promise<void>;
  readonly now: () => number;
}

export type Result = Pick<
  Seen,
  'origin' | 'rollout' | 'successor' | 'obstacle' | 'rejection' | 'refusal' | 'mediaAddress'
> & {
  /** What is wrong with what leads the room's host name to it. */
  readonly endpointProblem: EndpointSeen['problem'];
};

/** Writes the room's status, if it says anything new. Resolves to when it would say something else by itself, in ms. */
export async function writeReport(
  room: LiveRoom,
  { endpointProblem, ...result }: Result,
  { cluster, config, audience, monitoring, shown, newborns, tell, now }: ReportDependencies,
): Promise<number | undefined> {
  const waitMs = newborns.waitMs(roomKey(room), result.origin);
  if (waitMs !== undefined && result.rejection === undefined && result.refusal === undefined) return waitMs;
  const seen: Seen = {
    room,
    ...result,
    node: nodeOf(result.origin, cluster),
    mediaService: result.origin && mediaServiceOf(result.origin, room, cluster),
    endpoint: endpointSeen(room, endpointProblem, cluster),
    audience: audience(result.origin, room),
    draining: drainingPods(room, cluster, audience),
    monitoring: monitoringSeen(room, cluster, monitoring),
    nowMs: now(),
  };
  const next = report(seen, {
    urls: urls(room, config),
    reconnectGraceMs: durationMs(room.spec.publish.reconnectGrace),
    shown: shown.get(roomKey(room)),
  });
  if (next.shown !== undefined) shown.set(roomKey(room), next.shown);
  if (isReported(room, next.status)) return next.againInMs;
  try {
    await cluster.writeStatus(room, next.status);
  } catch (error) {
    // It was deleted meanwhile, so that there is nobody to say it of.
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
  for (const news of transitions(room.status?.conditions, next.status.conditions)) await tell(room, news);
  return next.againInMs;
}

const nodeOf = (pod: Pod | undefined, cluster: Cluster): Node | undefined =>
  pod?.spec.nodeName === undefined ? undefined : cluster.node(pod.spec.nodeName);

function endpointSeen(room: LiveRoom, problem: EndpointSeen['problem'], cluster: Cluster): EndpointSeen {
  const wanted = routing(room);
  const isIts = (route: KubeObject) => route.kind === wanted.by && isControlledBy(route, room.metadata.uid);
  return {
    by: wanted.by,
    lacksHost: wanted.by === 'Nothing' && wanted.lacksHost,
    route: cluster.routesOf(roomKey(room)).find(isIts),
    servesHTTPRoutes: cluster.servesHTTPRoutes(),
    problem,
  };
}

function drainingPods(room: LiveRoom, cluster: Cluster, audience: ReportDependencies['audience']): DrainingPod[] {
  const isDraining = (pod: Pod) =>
    isControlledBy(pod, room.metadata.uid) && isBeingDeleted(pod) && pod.status?.podIP !== undefined && !hasEnded(pod);
  const timeoutMs = durationMs(room.spec.drain.timeout);
  return cluster
    .podsOf(roomKey(room))
    .filter(isDraining)
    .map((pod) => ({ pod, audience: audience(pod, room) }))
    .map((draining) => ({ ...draining, endsMs: drainEndsMs(draining.pod, draining.audience, timeoutMs) }));
}
