import { type ContainerSeen, notStarted, restartPolicy, startAt } from './container.ts';
import type { Container, Pod } from './objects.ts';

/** Everything about a pod on this node that decides what happens next. Times are milliseconds since the epoch. */
export interface PodSeen {
  /** Its address, host ports and volumes are there. */
  readonly isPrepared: boolean;
  /** When preparing it may be tried (again). */
  readonly prepareAt: number;
  /** When its volumes should be looked at again. */
  readonly refreshAt: number;
  readonly containers: ReadonlyMap<string, ContainerSeen>;
  /** It was over before this node saw it: it is never run again. */
  readonly wasOver: boolean;
  /** It is being deleted, and what still runs then is killed. */
  readonly killAt?: number;
}

export type Action =
  | { readonly kind: 'prepare' | 'refresh' | 'release' | 'finish' }
  | { readonly kind: 'start'; readonly container: Container }
  /** Asks it to end; asked again, only an earlier time counts. */
  | { readonly kind: 'stop'; readonly container: Container; readonly killAt: number; readonly why: string }
  | { readonly kind: 'kill'; readonly container: Container };

export interface Plan {
  readonly actions: readonly Action[];
  /** When to plan again if nothing happens before; infinite if only something that happens can change the plan. */
  readonly againAt: number;
}

/**
 * What to do about a pod now.
 *
 *     prepare ─► init containers, one after the other ─► all containers, restarted as the policy has it ─► release
 *        └──────────────┴── deleted: stop ─► kill at the end of its grace period ─► finish
 */
export function plan(pod: Pod, seen: PodSeen, now: number): Plan {
  if (seen.killAt !== undefined) return ending(pod, seen, seen.killAt, now);
  if (seen.wasOver || isOver(pod, seen)) return { actions: [{ kind: 'release' }], againAt: Number.POSITIVE_INFINITY };
  if (!seen.isPrepared) {
    return now < seen.prepareAt ? after(seen.prepareAt) : { actions: [{ kind: 'prepare' }], againAt: seen.prepareAt };
  }
  const refresh: Plan = now < seen.refreshAt ? after(seen.refreshAt) : { actions: [{ kind: 'refresh' }], againAt: now };
  return together([refresh, ...current(pod, seen).map((container) => containerPlan(pod, container, seen, now))]);
}

/** Whether every container has ended for good. */
export function isOver(pod: Pod, seen: Pick<PodSeen, 'containers'>): boolean {
  const hasEnded = ({ name }: Container) => {
    const container = seen.containers.get(name) ?? notStarted;
    return container.state.kind === 'ended' && startAt(container, restartPolicy(pod, name)) === undefined;
  };
  const inits = pod.spec.initContainers ?? [];
  return inits.some((init) => hasEnded(init) && !hasSucceeded(seen, init)) || pod.spec.containers.every(hasEnded);
}

/** Whether the init containers are all done. */
export const isInitialized = (pod: Pod, seen: Pick<PodSeen, 'containers'>): boolean =>
  (pod.spec.initContainers ?? []).every((init) => hasSucceeded(seen, init));

function hasSucceeded(seen: Pick<PodSeen, 'containers'>, { name }: Container): boolean {
  const state = seen.containers.get(name)?.state;
  return state?.kind === 'ended' && state.exitCode === 0;
}

/** The containers whose turn it is: the first init container that is not done, else all of the others. */
function current(pod: Pod, seen: PodSeen): readonly Container[] {
  const init = pod.spec.initContainers?.find((container) => !hasSucceeded(seen, container));
  return init === undefined ? pod.spec.containers : [init];
}

function containerPlan(pod: Pod, container: Container, seen: PodSeen, now: number): Plan {
  const found = seen.containers.get(container.name) ?? notStarted;
  if (found.state.kind === 'running') {
    const { killAt, unhealthy } = found.state;
    if (killAt !== undefined) return killing(container, killAt, now);
    if (unhealthy === undefined) return idle;
    const deadline = now + unhealthy.graceMs;
    const why = `Container ${container.name} failed its ${unhealthy.probe} probe`;
    return { actions: [{ kind: 'stop', container, killAt: deadline, why }], againAt: deadline };
  }
  const startTime = startAt(found, restartPolicy(pod, container.name));
  if (startTime === undefined) return idle;
  return now < startTime ? after(startTime) : { actions: [{ kind: 'start', container }], againAt: now };
}

function ending(pod: Pod, seen: PodSeen, killAt: number, now: number): Plan {
  const plans = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].flatMap((container): Plan[] => {
    const state = seen.containers.get(container.name)?.state;
    if (state?.kind !== 'running') return [];
    if (state.killAt !== undefined && state.killAt <= killAt) return [killing(container, state.killAt, now)];
    return [
      { actions: [{ kind: 'stop', container, killAt, why: `Stopping container ${container.name}` }], againAt: killAt },
    ];
  });
  return plans.length === 0 ? { actions: [{ kind: 'finish' }], againAt: Number.POSITIVE_INFINITY } : together(plans);
}

const killing = (container: Container, killAt: number, now: number): Plan =>
  now < killAt ? after(killAt) : { actions: [{ kind: 'kill', container }], againAt: Number.POSITIVE_INFINITY };

const after = (time: number): Plan => ({ actions: [], againAt: time });

const idle = after(Number.POSITIVE_INFINITY);

const together = (plans: readonly Plan[]): Plan => ({
  actions: plans.flatMap(({ actions }) => actions),
  againAt: Math.min(...plans.map(({ againAt }) => againAt)),
});
