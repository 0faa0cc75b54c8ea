import { annotation } from '#crds/contract.ts';
import { isBeingDeleted, isReady, type Pod } from '../kube.ts';
import type { Audience } from './seen.ts';

/**
 * Which pod is the origin, and how one takes the place of another.
 *
 *     pods            Service leads to    who gets a publisher's POST
 *     A               all of the room     A
 *     A, B starting   A, by its name      A
 *     A, B ready      B, by its name      B. What was on its way to A arrives there within `switchMs`: then A is asked once
 *                                         more, and if somebody publishes to it, the Service leads to A again
 *     A draining, B   all of the room     B: Kubernetes takes a pod that is being deleted out of all Services
 *
 * The Service's selector is what is remembered of a roll-out, so that any operator can go on with it. While B does not
 * become ready, A serves on. Without a Service by name there is one write less in the life of most rooms, and pods that
 * 0.1.0 made, which have no label with their name, are led to as before.
 */

/** A pod that failed at once would otherwise be replaced as fast as the node can refuse it. */
const failedPodLifeMs = 10_000;

/** How long after the Service has been led elsewhere somebody may still come to the pod that it led to. */
export const switchMs = 2_000;

/** Whether somebody publishes to a pod. `Unknown`: it is ready, and does not say. */
export type Published = 'Yes' | 'No' | 'Unknown';

export function published(pod: Pod, audience: Audience): Published {
  if (typeof audience === 'object') return audience.room?.publisher === undefined ? 'No' : 'Yes';
  return isReady(pod) ? 'Unknown' : 'No';
}

export interface OriginSeen {
  /** The room's own pods, draining ones too. */
  readonly pods: readonly Pod[];
  /** Whether a pod with this hash need not be replaced. */
  readonly isSpecHash: (carried: string) => boolean;
  readonly isSuspended: boolean;
  readonly policy: 'WhenIdle' | 'Immediate';
  readonly published: (pod: Pod) => Published;
  /** Whether a pod that fits the spec is to be replaced all the same: its node is cordoned, its server crashes, its port is taken. */
  readonly mustGo: (pod: Pod) => boolean;
  /** The pod that the Service names, and since when. */
  readonly led: { readonly podName: string; readonly sinceMs: number } | undefined;
  /** Whether the room may begin a roll-out, of which only so many are under way at a time. */
  readonly mayBegin: boolean;
  readonly nowMs: number;
}

export type Rollout =
  | 'Current'
  | 'Replacing'
  | 'WaitingForIdle'
  /** Too many other rooms are being rolled out. */
  | 'WaitingForTurn'
  | 'Suspended'
  /** By an annotation: nothing is done. */
  | 'Paused';

export interface OriginPlan {
  /** The pod that is the origin until the plan is carried out. */
  readonly current: Pod | undefined;
  /** The pod that is to take its place and is there already. */
  readonly successor?: Pod;
  /** Name of the one pod that the Service is to lead to; absent, to all of the room's. */
  readonly leadTo?: string;
  /** A pod is to be made that takes the place of the one with this name ('' if there is none). */
  readonly create?: { readonly replaces: string };
  /** To be deleted once the new pod exists and the Service leads where it is to. */
  readonly remove: readonly Pod[];
  readonly rollout: Rollout;
  readonly againInMs?: number;
}

/** What is to be done about the room's pods. */
export function originPlan(seen: OriginSeen): OriginPlan {
  const staying = seen.pods.filter((pod) => !isBeingDeleted(pod));
  if (seen.isSuspended) return { current: undefined, remove: staying, rollout: 'Suspended' };
  const ended = staying.filter(hasEnded);
  const running = staying.filter((pod) => !hasEnded(pod));
  const serving = servingPod(running, seen);
  if (serving === undefined) return firstPod(ended, seen);
  const others = running.filter((pod) => pod !== serving);
  const next = nextStep(serving, others, seen);
  return { ...next, remove: [...next.remove, ...ended] };
}

type Step = (serving: Pod, others: readonly Pod[], seen: OriginSeen) => OriginPlan;

const nextStep: Step = (serving, others, seen) => {
  const { policy, published } = seen;
  // Somebody came to it by the way that the Service led before.
  const live = policy === 'Immediate' ? undefined : others.find((pod) => published(pod) === 'Yes');
  if (live !== undefined && published(serving) !== 'Yes')
    return { current: live, leadTo: live.metadata.name, remove: [], ...(fits(live, seen) ? replacing : waiting) };
  return fits(serving, seen) ? clearUp(serving, others, seen) : replace(serving, others, seen);
};

const replacing = { rollout: 'Replacing', againInMs: switchMs } as const;
/** A pod that becomes ready says so; that it does not, time says. */
const startingMs = 60_000;
const waiting = { rollout: 'WaitingForIdle' } as const;

/** The serving pod is as it should be: the others go when nobody can come to them any more. */
const clearUp: Step = (current, others, seen) => {
  if (others.length === 0) return { current, remove: [], rollout: 'Current' };
  const { policy, published } = seen;
  const leadTo = current.metadata.name;
  const restMs = restOf(current, seen);
  const remove = restMs > 0 ? [] : others.filter((pod) => policy === 'Immediate' || published(pod) === 'No');
  return { current, leadTo, remove, rollout: 'Replacing', againInMs: restMs > 0 ? restMs : switchMs };
};

/** For how long somebody may still come to another pod than the one that serves, in ms; not above 0 when that is over. */
const restOf = (serving: Pod, { led, nowMs }: OriginSeen): number =>
  led?.podName === serving.metadata.name ? led.sinceMs + switchMs - nowMs : switchMs;

/** The serving pod is not as it should be. */
const replace: Step = (current, others, seen) => {
  const { policy, published } = seen;
  const isHeld = policy === 'WhenIdle' && published(current) !== 'No';
  const fitting = others.filter((pod) => fits(pod, seen));
  const successor = fitting.find(isReady) ?? fitting[0];
  const { remove, rest } = leftOver(
    current,
    others.filter((pod) => pod !== successor),
    seen,
  );
  const name = current.metadata.name;
  if (successor !== undefined) {
    const isTaking = isReady(successor) && !isHeld;
    const leadTo = isTaking ? successor.metadata.name : name;
    const step = isHeld ? waiting : isTaking ? replacing : { ...replacing, againInMs: startingMs };
    return { current, successor, leadTo, remove, ...step, ...rest };
  }
  const lead = others.length > 0 ? { leadTo: name } : {};
  if (isHeld) return { current, ...lead, remove, ...waiting, ...rest };
  const create = { replaces: newest(seen.pods) };
  // Nobody can come to it, so nothing is lost, and what it has of its node is free.
  if (!isReady(current)) return { current, create, remove: [current, ...remove], rollout: 'Replacing', ...rest };
  if (!seen.mayBegin) return { current, ...lead, remove, rollout: 'WaitingForTurn', ...rest };
  return { current, leadTo: name, create, remove, rollout: 'Replacing', ...rest };
};

/** Of pods that are left from a change which has been changed again: those that go, and when there may be more of them. */
function leftOver(serving: Pod, pods: readonly Pod[], seen: OriginSeen): Pick<OriginPlan, 'remove'> & { rest: Again } {
  const restMs = restOf(serving, seen);
  const idle = pods.filter((pod) => seen.published(pod) === 'No');
  const remove = idle.filter((pod) => restMs <= 0 || !isReady(pod));
  return { remove, rest: remove.length < idle.length ? { againInMs: restMs } : {} };
}

type Again = Pick<OriginPlan, 'againInMs'>;

function firstPod(ended: readonly Pod[], { pods, nowMs }: OriginSeen): OriginPlan {
  const name = newest(pods);
  const former = pods.find(({ metadata }) => metadata.name === name);
  const waitMs = former === undefined || !hasFailed(former) ? 0 : madeAtMs(former) + failedPodLifeMs - nowMs;
  if (waitMs > 0) return { current: undefined, remove: [], rollout: 'Replacing', againInMs: waitMs };
  return { current: undefined, create: { replaces: name }, remove: ended, rollout: 'Replacing' };
}

/** The pod that the Service leads to; where it names none, the one that would be missed most. */
function servingPod(running: readonly Pod[], seen: OriginSeen): Pod | undefined {
  const rank = (pod: Pod): number =>
    (seen.published(pod) === 'No' ? 0 : 4) + (fits(pod, seen) ? 2 : 0) + (isReady(pod) ? 1 : 0);
  return (
    running.find(({ metadata }) => metadata.name === seen.led?.podName) ??
    running.toSorted((a, b) => rank(b) - rank(a) || madeAtMs(a) - madeAtMs(b))[0]
  );
}

const fits = (pod: Pod, { isSpecHash, mustGo }: OriginSeen): boolean =>
  isSpecHash(pod.metadata.annotations?.[annotation.specHash] ?? '') && !mustGo(pod);

const hasFailed = (pod: Pod) => pod.status?.phase === 'Failed';
/** Whether its processes have ended for good. */
export const hasEnded = (pod: Pod) => hasFailed(pod) || pod.status?.phase === 'Succeeded';

/** When the pod was made, in ms. */
const madeAtMs = (pod: Pod) => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;

/** Name of the pod that was made last; of several, of one that is being deleted. '' if there is none. */
const newest = (pods: readonly Pod[]): string =>
  pods.toSorted((a, b) => madeAtMs(b) - madeAtMs(a) || Number(isBeingDeleted(b)) - Number(isBeingDeleted(a)))[0]
    ?.metadata.name ?? '';
