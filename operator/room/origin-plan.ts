import { label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { isSpecHash, specHash } from '../build/spec-hash.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Config } from '../config.ts';
import { isLeaving } from '../decide/cordon.ts';
import { type CrashLoop, crashLoop } from '../decide/crash-loop.ts';
import { hasEnded, type OriginPlan, originPlan, published } from '../decide/origin.ts';
import type { Audience } from '../decide/seen.ts';
import { soonest } from '../decide/soonest.ts';
import { isBeingDeleted, isControlledBy, isReady, type Pod, type Service } from '../kube.ts';
import type { HostPorts } from './host-ports.ts';
import type { Restarts } from './restarts.ts';
import type { Rollouts } from './rollouts.ts';

export interface PlanDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  /** What a pod says of the rooms that it serves. */
  readonly audience: (pod: Pod | undefined, room: LiveRoom) => Audience;
  /** Brings up to date what `audience` knows of the pod. Never rejects. */
  readonly askNow: (pod: Pod) => Promise<void>;
  readonly rollouts: Pick<Rollouts, 'mayBegin' | 'note' | 'ledSinceMs'>;
  readonly restarts: Pick<Restarts, 'recent'>;
  readonly hostPorts: Pick<HostPorts, 'noteHeld'>;
  readonly now: () => number;
}

/** The pods of the room itself, and of none before it that had its name. */
export const ownPods = (room: LiveRoom, cluster: Pick<Cluster, 'podsOf'>): Pod[] =>
  cluster.podsOf(roomKey(room)).filter((pod) => isControlledBy(pod, room.metadata.uid));

/** UIDs of the pods that may have sessions of the room; `besides` is not among them. */
export const otherPods = (room: LiveRoom, besides: string, cluster: Pick<Cluster, 'podsOf'>): readonly string[] =>
  ownPods(room, cluster)
    .filter((pod) => pod.metadata.name !== besides && !hasEnded(pod))
    .flatMap(({ metadata: { uid } }) => uid ?? []);

/** What is to be done about the room's pods. Asks those that it may do something to who is on them. */
export async function planOrigin(room: LiveRoom, dependencies: PlanDependencies): Promise<OriginPlan> {
  const { config, rollouts, now } = dependencies;
  let plan = planNow(room, dependencies);
  const asked = whomToAsk(room, plan, dependencies);
  if (asked.length > 0) {
    await Promise.all(asked.map(dependencies.askNow));
    plan = planNow(room, dependencies);
  }
  // Without a wait since the plan: other rooms are planned at the same time, and a turn that comes free now is told only to
  // those that are noted as waiting.
  const isSurge =
    plan.successor !== undefined || (plan.create !== undefined && plan.current !== undefined && isReady(plan.current));
  rollouts.note(roomKey(room), { rollout: plan.rollout, isSurge, specHash: specHash(room, config) }, now());
  return plan;
}

/** A publisher who has come since a pod was last asked would stay on one that no new viewer is led to. */
function whomToAsk(room: LiveRoom, plan: OriginPlan, { cluster }: Pick<PlanDependencies, 'cluster'>): readonly Pod[] {
  const isTaking = plan.successor !== undefined && isReady(plan.successor);
  const isChange = isTaking || plan.create !== undefined || plan.remove.length > 0;
  if (plan.rollout !== 'Replacing' || plan.current === undefined || !isChange) return [];
  return ownPods(room, cluster).filter((pod) => !isBeingDeleted(pod) && !hasEnded(pod) && isReady(pod));
}

/**
 * The same by what is known already. Which host ports somebody else's pods have is noted by that, of a paused room too:
 * no other room is to get them.
 */
export function planNow(room: LiveRoom, dependencies: PlanDependencies): OriginPlan {
  const { cluster, config, audience, rollouts, hostPorts, now } = dependencies;
  const key = roomKey(room);
  const nowMs = now();
  const pods = ownPods(room, cluster);
  // Only what is on a node crashes, and only what is on none waits for a port.
  const patience = (pod: Pod) =>
    (crashLoopOf(pod, key, dependencies, nowMs) ?? hostPorts.noteHeld(pod, room.spec.pod))?.waitMs;
  const waits = new Map(pods.map((pod) => [pod, patience(pod)]));
  const mustGo = (pod: Pod) =>
    (waits.get(pod) ?? 1) <= 0 || isLeaving(pod, nodeOf(pod, cluster), room.spec.pod.tolerations);
  const plan = originPlan({
    pods,
    isSpecHash: (carried) => isSpecHash(carried, room, config),
    isSuspended: room.spec.suspend,
    policy: room.spec.update.policy,
    published: (pod) => published(pod, audience(pod, room)),
    mustGo,
    led: ledPod(room, dependencies, nowMs),
    mayBegin: rollouts.mayBegin(key, specHash(room, config)),
    nowMs,
  });
  const patienceMs = plan.current && waits.get(plan.current);
  const againInMs = soonest(plan.againInMs, patienceMs !== undefined && patienceMs > 0 ? patienceMs : undefined);
  return { ...plan, ...(againInMs !== undefined && { againInMs }) };
}

/** Whether the pod keeps crashing, by the restarts that were seen of it. */
export const crashLoopOf = (
  pod: Pod,
  key: string,
  { restarts }: Pick<PlanDependencies, 'restarts'>,
  nowMs: number,
): CrashLoop | undefined => crashLoop(pod, restarts.recent(key, pod), nowMs);

const nodeOf = ({ spec: { nodeName } }: Pod, cluster: Cluster) =>
  nodeName === undefined ? undefined : cluster.node(nodeName);

function ledPod(room: LiveRoom, { cluster, rollouts }: PlanDependencies, nowMs: number) {
  const key = roomKey(room);
  const service = cluster
    .objectsOf(key)
    .filter((object): object is Service => object.kind === 'Service' && isControlledBy(object, room.metadata.uid))
    .find(({ metadata }) => metadata.name === room.metadata.name);
  const podName = service?.spec.selector?.[label.pod];
  const sinceMs = rollouts.ledSinceMs(key, podName, nowMs);
  return podName === undefined ? undefined : { podName, sinceMs };
}
