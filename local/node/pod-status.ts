import { conditions } from './conditions.ts';
import { type ContainerSeen, type Ended, notStarted, restartPolicy, startAt } from './container.ts';
import type { PodAddresses } from './field-ref.ts';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from './objects.ts';
import { isInitialized, isOver, type PodSeen } from './plan.ts';
import { rfc3339 } from './rfc3339.ts';

export interface StatusInput {
  readonly pod: Pod;
  readonly seen: PodSeen;
  /** Why preparing it has not worked yet: a waiting reason and what is missing. */
  readonly obstacle?: { readonly reason: string; readonly message: string };
  /** Undefined until it has an address. */
  readonly addresses?: PodAddresses;
  /** When this node took it. */
  readonly startTime: string;
  /** The conditions as they were last written: an unchanged one keeps its transition time. */
  readonly before: readonly PodCondition[];
  readonly now: number;
}

/** The part of a pod's status that its node writes. It leaves out what others write there. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, seen, addresses, startTime, before, now } = input;
  const initialized = isInitialized(pod, seen);
  const statuses = pod.spec.containers.map((container) =>
    containerStatus(container, input, initialized ? 'ContainerCreating' : 'PodInitializing'),
  );
  const initStatuses = pod.spec.initContainers?.map((init) => containerStatus(init, input, 'PodInitializing'));
  const phase = podPhase(pod, seen);
  return {
    phase,
    observedGeneration: pod.metadata.generation ?? 0,
    conditions: conditions({ pod, phase, initialized, isPrepared: seen.isPrepared, statuses, before, now }),
    startTime,
    ...(addresses === undefined ? {} : addressFields(addresses)),
    containerStatuses: statuses,
    ...(initStatuses === undefined ? {} : { initContainerStatuses: initStatuses }),
  };
}

const addressFields = ({ podIP, hostIP }: PodAddresses): PodStatus => ({
  podIP,
  podIPs: [{ ip: podIP }],
  hostIP,
  hostIPs: [{ ip: hostIP }],
});

/** The phase by the kubelet's rules: Pending until each container has run once, then by what runs and what ended. */
export function podPhase(pod: Pod, seen: PodSeen): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const containers = pod.spec.containers.map(({ name }) => seen.containers.get(name) ?? notStarted);
  const states = containers.map(({ state }) => state);
  const isRunning = seen.containers.values().some(({ state }) => state.kind === 'running');
  const hasEnded = isOver(pod, seen) || (seen.killAt !== undefined && !isRunning);
  if (hasEnded) {
    const isSuccess = states.every((state) => state.kind === 'ended' && state.exitCode === 0);
    return isSuccess ? 'Succeeded' : 'Failed';
  }
  const neverRan = containers.some(({ state, previous }) => state.kind === 'waiting' && previous === undefined);
  return neverRan ? 'Pending' : 'Running';
}

function containerStatus(container: Container, input: StatusInput, pending: string): ContainerStatus {
  const seen = input.seen.containers.get(container.name) ?? notStarted;
  const { pod, now, obstacle } = input;
  const hasRun = seen.state.kind !== 'waiting';
  const isUp = seen.state.kind === 'running';
  const backOffEnd = input.seen.killAt === undefined ? startAt(seen, restartPolicy(pod, container.name)) : undefined;
  const previous = seen.previous === undefined ? {} : { lastState: { terminated: terminated(seen.previous) } };
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: seen.state.kind === 'running' && seen.state.ready,
    started: seen.state.kind === 'running' && seen.state.started,
    restartCount: seen.restarts,
    ...(hasRun ? { containerID: `process://${pod.metadata.uid}/${container.name}/${seen.restarts}` } : {}),
    ...(!isUp && hasRun && backOffEnd !== undefined && now < backOffEnd
      ? crashLoop(pod, container.name, seen)
      : { state: shownState(seen, obstacle ?? { reason: pending }), ...previous }),
  };
}

type State = NonNullable<ContainerStatus['state']>;

function shownState({ state }: ContainerSeen, pending: { reason: string; message?: string }): State {
  if (state.kind === 'running') return { running: { startedAt: rfc3339(state.startedAt) } };
  if (state.kind === 'ended') return { terminated: terminated(state) };
  if (state.reason === undefined) return { waiting: pending };
  return { waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) } };
}

/** While it waits for its restart, its end is shown as the last state. */
function crashLoop(pod: Pod, name: string, seen: ContainerSeen): { state: State; lastState?: State } {
  const { namespace, name: podName, uid } = pod.metadata;
  const seconds = (seen.backOff?.delayMs ?? 0) / 1000;
  const message = `back-off ${seconds}s restarting failed container=${name} pod=${podName}_${namespace}(${uid})`;
  return {
    state: { waiting: { reason: 'CrashLoopBackOff', message } },
    ...(seen.state.kind === 'ended' ? { lastState: { terminated: terminated(seen.state) } } : {}),
  };
}

const terminated = ({ exitCode, reason, message, startedAt, finishedAt }: Ended) => ({
  exitCode,
  reason,
  ...(message === '' ? {} : { message }),
  startedAt: rfc3339(startedAt),
  finishedAt: rfc3339(finishedAt),
});
