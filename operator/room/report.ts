import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
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
import { grantIt } from '../decide/refusal.ts';
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
  /** Why no Event can be written in a namespace, if so. */
  readonly eventsRefused: (namespace: string) => string | undefined;
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
  dependencies: ReportDependencies,
): Promise<number | undefined> {
  const { cluster, config, audience, monitoring, shown, newborns, now } = dependencies;
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
    unseen: cluster.unseen(room.metadata.namespace),
    besides: besides(room, dependencies),
    nowMs: now(),
  };
  const next = report(seen, {
    urls: urls(room, config),
    reconnectGraceMs: durationMs(room.spec.publish.reconnectGrace),
    shown: shown.get(roomKey(room)),
  });
  if (next.shown !== undefined) shown.set(roomKey(room), next.shown);
  return (await writeNews(room, next.status, dependencies)) ? next.againInMs : undefined;
}

/** Writes what the room does not say yet, and tells people. Resolves to whether the room is there. */
export async function writeNews(
  room: LiveRoom,
  status: LiveRoomStatus,
  { cluster, tell }: Pick<ReportDependencies, 'cluster' | 'tell'>,
): Promise<boolean> {
  if (isReported(room, status)) return true;
  try {
    await cluster.writeStatus(room, status);
  } catch (error) {
    // It was deleted meanwhile, so that there is nobody to say it of.
    if (isStatus(error, 404)) return false;
    throw error;
  }
  for (const news of transitions(room.status?.conditions, status.conditions)) await tell(room, news);
  return true;
}

/** What is missing around the room, which works without. */
function besides(
  room: LiveRoom,
  { monitoring, eventsRefused }: Pick<ReportDependencies, 'monitoring' | 'eventsRefused'>,
): readonly string[] {
  const ofNamespace = monitoring.problems(room.metadata.namespace).filter(({ kind }) => isForAll(kind));
  const event = eventsRefused(room.metadata.namespace);
  return [
    ...ofNamespace.map(({ kind, message }) => `The ${kind} of its namespace is not as it should be: ${message}`),
    ...(event === undefined ? [] : [`An Event could not be written: ${event}. ${grantIt}`]),
  ];
}

const isForAll = (kind: string): boolean => ['NetworkPolicy', 'PodDisruptionBudget', 'Secret'].includes(kind);

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
