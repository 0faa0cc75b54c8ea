import { annotation, label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { drainSeconds, type OriginChoice, originPod, usesHostPort } from '../build/origin-pod.ts';
import { isSpecHash } from '../build/spec-hash.ts';
import { NameTaken } from '../cluster/client/writes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import type { Finding } from '../decide/finding.ts';
import type { OriginPlan } from '../decide/origin.ts';
import { portsExhausted } from '../decide/refusal.ts';
import { soonest } from '../decide/soonest.ts';
import { podRefusalBy, rejectionBy } from '../errors.ts';
import { isControlledBy, type Pod } from '../kube.ts';
import type { HostPorts } from './host-ports.ts';
import { crashLoopOf, otherPods, ownPods, type PlanDependencies, planNow } from './origin-plan.ts';
import { markIfThere } from './pod-marks.ts';

export interface OriginDependencies extends PlanDependencies {
  readonly hostPorts: Pick<HostPorts, 'withPort' | 'noteHeld'>;
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
      { ...create, crashLoops: crashLoopsBefore(room, dependencies), heldPorts: heldBefore(room, dependencies) },
      dependencies,
    );
    if (failure !== undefined) return { ...origin, ...failure };
  }
  // After its successor exists: a pod that nothing could replace serves on.
  try {
    for (const pod of plan.remove) await cluster.remove(pod, drainSeconds(room));
  } catch (error) {
    return { ...origin, refusal: podRefusalBy(error) };
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
  const nowMs = dependencies.now();
  const counts = ownPods(room, dependencies.cluster)
    .filter(({ metadata }) => isSpecHash(metadata.annotations?.[annotation.specHash] ?? '', room, dependencies.config))
    .map((pod) => crashLoopOf(pod, roomKey(room), dependencies, nowMs)?.count ?? 0);
  return Math.max(0, ...counts);
}

/** How many pods of a row waited for a port that somebody else's pod has. */
const heldBefore = (room: LiveRoom, { cluster, hostPorts }: OriginDependencies): number =>
  Math.max(0, ...ownPods(room, cluster).map((pod) => hostPorts.noteHeld(pod, room.spec.pod)?.count ?? 0));

/** Undefined once the pod exists. */
async function makeOrigin(
  room: LiveRoom,
  choice: Omit<OriginChoice, 'hostPort'>,
  { cluster, config, hostPorts }: OriginDependencies,
): Promise<Pick<Origin, 'refusal' | 'rejection'> | undefined> {
  const make = async (hostPort?: number) => {
    const others = otherPods(room, '', cluster);
    await cluster.create(originPod(room, config, { hostPort, others, ...choice }), (existing) =>
      isControlledBy(existing, room.metadata.uid),
    );
  };
  try {
    const outcome = usesHostPort(room) ? await hostPorts.withPort(make, room.spec.pod) : await make();
    return typeof outcome === 'object'
      ? { rejection: portsExhausted(config.hostPorts, outcome.exhaustedOn) }
      : undefined;
  } catch (error) {
    return error instanceof NameTaken ? { rejection: rejectionBy(error) } : { refusal: podRefusalBy(error) };
  }
}
