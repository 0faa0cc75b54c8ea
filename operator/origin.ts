import type { LiveRoom } from '#crds/liveroom.ts';
import { drainSeconds, originPod, originSpecHash, usesHostPort } from './build/origin-pod.ts';
import type { Cluster } from './cluster/cluster.ts';
import { roomKey } from './cluster/keys.ts';
import { NameTaken } from './cluster/writes.ts';
import type { Config } from './config.ts';
import type { Finding } from './decide/finding.ts';
import { type OriginPlan, originPlan } from './decide/origin.ts';
import { portsExhausted } from './decide/refusal.ts';
import { podRefusalBy, rejectionBy } from './errors.ts';
import type { HostPorts } from './host-ports.ts';
import { isControlledBy, type Pod } from './kube.ts';

export interface OriginDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  readonly hostPorts: Pick<HostPorts, 'withPort'>;
  /** Whether somebody publishes to the pod, or may do so for all we know. */
  readonly isBusy: (pod: Pod) => boolean;
  /** Brings up to date what `isBusy` knows of the pod. Never rejects. */
  readonly askNow: (pod: Pod) => Promise<void>;
  readonly now: () => number;
}

export interface Origin {
  readonly pod: Pod | undefined;
  readonly rollout: OriginPlan['rollout'];
  /** Why the pod could not be made. */
  readonly refusal?: Finding<'OriginReady'>;
  readonly rejection?: Finding<'Accepted'>;
  readonly againInMs?: number;
}

/** Makes, replaces and removes the room's pods, so that one that fits the spec is the origin. */
export async function settleOrigin(
  room: LiveRoom,
  mayCreate: boolean,
  dependencies: OriginDependencies,
): Promise<Origin> {
  const { cluster } = dependencies;
  const plan = await planToCarryOut(room, dependencies);
  const again = plan.againInMs === undefined ? {} : { againInMs: plan.againInMs };
  if (plan.create !== undefined) {
    if (!mayCreate) return { pod: plan.current, rollout: plan.rollout };
    const failure = await makeOrigin(room, plan.create.replaces, dependencies);
    if (failure !== undefined)
      return { pod: plan.current, rollout: plan.rollout, ...failure, againInMs: refusedAgainMs };
  }
  // After its successor exists: a pod that nothing could replace serves on.
  for (const pod of plan.remove) await cluster.remove(pod, drainSeconds(room));
  const { current, rollout } = plan.create === undefined ? plan : planNow(room, dependencies);
  return { pod: current, rollout, ...again };
}

/** A refusal that only a person can do something about. */
const refusedAgainMs = 30_000;

const planNow = (room: LiveRoom, { cluster, config, isBusy, now }: OriginDependencies): OriginPlan =>
  originPlan({
    pods: cluster.podsOf(roomKey(room)).filter((pod) => isControlledBy(pod, room.metadata.uid)),
    specHash: originSpecHash(room, config),
    isBusy,
    nowMs: now(),
  });

/** A publisher who has come since the pod was last asked would stay on one that no new viewer is led to. */
async function planToCarryOut(room: LiveRoom, dependencies: OriginDependencies): Promise<OriginPlan> {
  const plan = planNow(room, dependencies);
  if (plan.rollout !== 'Replacing' || plan.current === undefined) return plan;
  await dependencies.askNow(plan.current);
  return planNow(room, dependencies);
}

/** Undefined once the pod exists. */
async function makeOrigin(
  room: LiveRoom,
  replaces: string,
  { cluster, config, hostPorts }: OriginDependencies,
): Promise<Pick<Origin, 'refusal' | 'rejection'> | undefined> {
  const make = async (hostPort?: number) => {
    await cluster.create(originPod(room, config, { hostPort, replaces }), (existing) =>
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
