import { annotation } from '#crds/contract.ts';
import { isBeingDeleted, isReady, type Pod } from '../kube.ts';

/** A pod that failed at once would otherwise be replaced as fast as the node can refuse it. */
const failedPodLifeMs = 10_000;

export interface OriginSeen {
  /** The room's own pods, draining ones too. */
  readonly pods: readonly Pod[];
  /** Hash of the pod that there should be. */
  readonly specHash: string;
  /** Whether somebody publishes to the pod, or may do so for all we know. */
  readonly isBusy: (pod: Pod) => boolean;
  readonly nowMs: number;
}

export interface OriginPlan {
  /** The pod that is the origin until the plan is carried out. */
  readonly current: Pod | undefined;
  /** A pod is to be made that takes the place of the one with this name ('' if there is none). */
  readonly create?: { readonly replaces: string };
  /** To be deleted once the new pod exists. */
  readonly remove: readonly Pod[];
  readonly rollout: 'Current' | 'Replacing' | 'WaitingForIdle';
  readonly againInMs?: number;
}

/**
 * Which pod is the origin. There is one at a time: a changed one is replaced when nobody publishes to it, a dead one at
 * once, and one that is being deleted is already replaced in our eyes, though it still serves whom it has.
 */
export function originPlan({ pods, specHash, isBusy, nowMs }: OriginSeen): OriginPlan {
  const isCurrent = (pod: Pod) => pod.metadata.annotations?.[annotation.specHash] === specHash;
  const staying = pods.filter((pod) => !isBeingDeleted(pod));
  const ended = staying.filter(hasEnded);
  const [origin, ...surplus] = staying
    .filter((pod) => !hasEnded(pod))
    .sort((a, b) => preference(b) - preference(a) || madeAtMs(a) - madeAtMs(b));

  function preference(pod: Pod): number {
    return (isBusy(pod) ? 4 : 0) + (isCurrent(pod) ? 2 : 0) + (isReady(pod) ? 1 : 0);
  }

  if (origin === undefined) {
    const former = newest(pods);
    const waitMs = former === undefined || !hasFailed(former) ? 0 : madeAtMs(former) + failedPodLifeMs - nowMs;
    if (waitMs > 0) return { current: undefined, remove: [], rollout: 'Replacing', againInMs: waitMs };
    const create = { replaces: former?.metadata.name ?? '' };
    return { current: undefined, create, remove: ended, rollout: 'Replacing' };
  }
  const remove = [...surplus, ...ended];
  if (isCurrent(origin)) return { current: origin, remove, rollout: 'Current' };
  if (isBusy(origin)) return { current: origin, remove, rollout: 'WaitingForIdle' };
  const create = { replaces: origin.metadata.name };
  return { current: origin, create, remove: [origin, ...remove], rollout: 'Replacing' };
}

const hasFailed = (pod: Pod) => pod.status?.phase === 'Failed';
/** Whether its processes have ended for good. */
export const hasEnded = (pod: Pod) => hasFailed(pod) || pod.status?.phase === 'Succeeded';

/** When the pod was made, in ms. */
const madeAtMs = (pod: Pod) => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;

const newest = (pods: readonly Pod[]) => pods.toSorted((a, b) => madeAtMs(b) - madeAtMs(a))[0];
