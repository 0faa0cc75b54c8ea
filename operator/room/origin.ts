import { annotation, label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { drainSeconds, originPod, usesHostPort } from '../build/origin-pod.ts';
import { specHash, specHashes } from '../build/spec-hash.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import { NameTaken } from '../cluster/writes.ts';
import type { Config } from '../config.ts';
import { isLeaving } from '../decide/cordon.ts';
import { type CrashLoop, crashLoop } from '../decide/crash-loop.ts';
import type { Finding } from '../decide/finding.ts';
import { hasEnded, type OriginPlan, originPlan, published } from '../decide/origin.ts';
import { portsExhausted } from '../decide/refusal.ts';
import type { Audience } from '../decide/seen.ts';
import { soonest } from '../decide/soonest.ts';
import { podRefusalBy, rejectionBy } from '../errors.ts';
import { isBeingDeleted, isControlledBy, isReady, type Pod, type Service } from '../kube.ts';
import type { HostPorts } from './host-ports.ts';
import { markIfThere } from './pod-marks.ts';
import type { Restarts } from './restarts.ts';
import type { Rollouts } from './rollouts.ts';

export interface OriginDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  readonly hostPorts: Pick<HostPorts, 'withPort'>;
  /** What a pod says of the rooms that it serves. */
  readonly audience: (pod: Pod | undefined, room: LiveRoom) => Audience;
  /** Brings up to date what `audience` knows of the pod. Never rejects. */
  readonly askNow: (pod: Pod) => Promise<void>;
  readonly rollouts: Pick<Rollouts, 'mayBegin' | 'note' | 'ledSinceMs'>;
  readonly restarts: Pick<Restarts, 'recent'>;
  readonly now: () => number;
}

export interface Origin {
  readonly pod: Pod | undefined;
  readonly successor?: Pod;
  readonly rollout: OriginPlan['rollout'];
  /** Why a pod could not be made, or taken away. */
  readonly refusal?: Finding<'OriginReady'>;
  readonly rejection?: Finding<'Accepted'>;
  readonly againInMs?: number;
}

/** A refusal that only a person can do something about. */
const refusedAgainMs = 30_000;

/** The pods of the room itself, and of none before it that had its name. */
export const ownPods = (room: LiveRoom, cluster: Pick<Cluster, 'podsOf'>): Pod[] =>
  cluster.podsOf(roomKey(room)).filter((pod) => isControlledBy(pod, room.metadata.uid));

/** What is to be done about the room's pods. Asks those that it may do something to who is on them. */
export async function planOrigin(room: LiveRoom, dependencies: OriginDependencies): Promise<OriginPlan> {
  await askWhoIsThere(room, dependencies);
  const { config, rollouts, now } = dependencies;
  const plan = planNow(room, dependencies);
  // At once, as other rooms are planned at the same time.
  const isSurge =
    plan.successor !== undefined || (plan.create !== undefined && plan.current !== undefined && isReady(plan.current));
  rollouts.note(roomKey(room), { rollout: plan.rollout, isSurge, specHash: specHash(room, config) }, now());
  return plan;
}

/** A publisher who has come since a pod was last asked would stay on one that no new viewer is led to. */
async function askWhoIsThere(room: LiveRoom, dependencies: OriginDependencies): Promise<void> {
  const plan = planNow(room, dependencies);
  const isTaking = plan.successor !== undefined && isReady(plan.successor);
  const isChange = isTaking || plan.create !== undefined || plan.remove.length > 0;
  if (plan.rollout !== 'Replacing' || plan.current === undefined || !isChange) return;
  const running = ownPods(room, dependencies.cluster).filter((pod) => !isBeingDeleted(pod) && !hasEnded(pod));
  await Promise.all(running.filter(isReady).map(dependencies.askNow));
}

/** The same by what is known already. */
export function planNow(room: LiveRoom, dependencies: OriginDependencies): OriginPlan {
  const { cluster, config, audience, rollouts, now } = dependencies;
  const key = roomKey(room);
  const nowMs = now();
  const pods = ownPods(room, cluster);
  const crashing = new Map(pods.map((pod) => [pod, crashLoopOf(pod, key, dependencies, nowMs)]));
  const mustGo = (pod: Pod) => {
    const waitMs = crashing.get(pod)?.waitMs;
    return (waitMs !== undefined && waitMs <= 0) || isLeaving(pod, nodeOf(pod, cluster), room.spec.pod.tolerations);
  };
  const plan = originPlan({
    pods,
    specHashes: specHashes(room, config),
    isSuspended: room.spec.suspend,
    policy: room.spec.update.policy,
    published: (pod) => published(pod, audience(pod, room)),
    mustGo,
    led: ledPod(room, dependencies, nowMs),
    mayBegin: rollouts.mayBegin(key, specHash(room, config)),
    nowMs,
  });
  const patienceMs = plan.current && crashing.get(plan.current)?.waitMs;
  const againInMs = soonest(plan.againInMs, patienceMs !== undefined && patienceMs > 0 ? patienceMs : undefined);
  return { ...plan, ...(againInMs !== undefined && { againInMs }) };
}

const crashLoopOf = (
  pod: Pod,
  key: string,
  { restarts }: Pick<OriginDependencies, 'restarts'>,
  nowMs: number,
): CrashLoop | undefined => crashLoop(pod, restarts.recent(key, pod), nowMs);

const nodeOf = ({ spec: { nodeName } }: Pod, cluster: Cluster) =>
  nodeName === undefined ? undefined : cluster.node(nodeName);

function ledPod(room: LiveRoom, { cluster, rollouts }: OriginDependencies, nowMs: number) {
  const key = roomKey(room);
  const service = cluster
    .objectsOf(key)
    .find((object): object is Service => object.kind === 'Service' && isControlledBy(object, room.metadata.uid));
  const podName = service?.spec.selector?.[label.pod];
  const sinceMs = rollouts.ledSinceMs(key, podName, nowMs);
  return podName === undefined ? undefined : { podName, sinceMs };
}

/** Pods of release 0.1.0 have no label by which a Service could lead to one alone. */
export async function labelForService(room: LiveRoom, { leadTo }: OriginPlan, cluster: Cluster): Promise<void> {
  const pod = ownPods(room, cluster).find(({ metadata }) => metadata.name === leadTo);
  if (pod !== undefined && pod.metadata.labels?.[label.pod] !== leadTo)
    await markIfThere(pod, { labels: { [label.pod]: pod.metadata.name } }, cluster);
}

/**
 * Makes, replaces and removes the room's pods by the plan. Not `isLed`: the Service does not lead where the plan says, so
 * nobody is taken away from where it leads.
 */
export async function carryOut(
  room: LiveRoom,
  plan: OriginPlan,
  isLed: boolean,
  dependencies: OriginDependencies,
): Promise<Origin> {
  const { cluster, rollouts, now } = dependencies;
  const { current, successor, rollout, create, leadTo } = plan;
  const origin = { pod: current, rollout, ...(successor && { successor }) };
  if (!isLed && rollout !== 'Suspended') return origin;
  rollouts.ledSinceMs(roomKey(room), leadTo, now());
  if (create !== undefined) {
    const failure = await makeOrigin(
      room,
      { ...create, crashLoops: crashLoopsBefore(room, dependencies) },
      dependencies,
    );
    if (failure !== undefined) return { ...origin, ...failure, againInMs: refusedAgainMs };
  }
  // After its successor exists: a pod that nothing could replace serves on.
  try {
    for (const pod of plan.remove) await cluster.remove(pod, drainSeconds(room));
  } catch (error) {
    return { ...origin, refusal: podRefusalBy(error), againInMs: refusedAgainMs };
  }
  const next = create === undefined ? plan : planNow(room, dependencies);
  // What is to be done when a pod has gone is to be done at once: our own deletion is no news.
  const againInMs = soonest(next.againInMs, leadTo !== undefined && plan.remove.length > 0 ? 0 : undefined);
  return {
    pod: next.current,
    rollout: next.rollout,
    ...(next.successor && { successor: next.successor }),
    ...(againInMs !== undefined && { againInMs }),
  };
}

/** How many pods of a row, each made for the spec as it is, kept crashing before the one that is to be made. */
function crashLoopsBefore(room: LiveRoom, dependencies: OriginDependencies): number {
  const hashes = specHashes(room, dependencies.config);
  const nowMs = dependencies.now();
  const counts = ownPods(room, dependencies.cluster)
    .filter(({ metadata }) => hashes.includes(metadata.annotations?.[annotation.specHash] ?? ''))
    .map((pod) => crashLoopOf(pod, roomKey(room), dependencies, nowMs)?.count ?? 0);
  return Math.max(0, ...counts);
}

/** Undefined once the pod exists. */
async function makeOrigin(
  room: LiveRoom,
  choice: { readonly replaces: string; readonly crashLoops: number },
  { cluster, config, hostPorts }: OriginDependencies,
): Promise<Pick<Origin, 'refusal' | 'rejection'> | undefined> {
  const make = async (hostPort?: number) => {
    await cluster.create(originPod(room, config, { hostPort, ...choice }), (existing) =>
      isControlledBy(existing, room.metadata.uid),
    );
  };
  try {
    if (!usesHostPort(room)) await make();
    else if ((await hostPorts.withPort(make)) === 'Exhausted')
      return { rejection: portsExhausted(config.hostPorts, cluster.nodeCount()) };
    return undefined;
  } catch (error) {
    return error instanceof NameTaken ? { rejection: rejectionBy(error) } : { refusal: podRefusalBy(error) };
  }
}
