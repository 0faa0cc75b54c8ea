import type { ContainerStatus, Pod, PodCondition } from './objects.ts';
import { rfc3339 } from './rfc3339.ts';

interface Input {
  readonly pod: Pod;
  readonly phase: string;
  readonly initialized: boolean;
  readonly isPrepared: boolean;
  readonly statuses: readonly ContainerStatus[];
  readonly before: readonly PodCondition[];
  readonly now: number;
}

type Finding = Pick<PodCondition, 'reason' | 'message'> | undefined;

/**
 * The conditions that a node writes (PodScheduled is the scheduler's). A pod that is being deleted stays Ready while its
 * containers are: a Service may still need it, and its deletion says by itself that no new client should come.
 */
export function conditions({ pod, phase, initialized, isPrepared, statuses, before, now }: Input): PodCondition[] {
  const isComplete: Finding = phase === 'Succeeded' ? { reason: 'PodCompleted' } : undefined;
  const isFailed: Finding = phase === 'Failed' ? { reason: 'PodFailed' } : undefined;
  const containers = isComplete ?? isFailed ?? unready(statuses);
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const uninitialized = {
    reason: 'ContainersNotInitialized',
    message: `init containers not done: ${inits.join(', ')}`,
  };
  const findings: readonly (readonly [type: string, finding: Finding])[] = [
    ['PodReadyToStartContainers', isPrepared ? undefined : {}],
    ['Initialized', initialized || phase === 'Succeeded' ? undefined : uninitialized],
    ['ContainersReady', containers],
    ['Ready', containers ?? closedGates(pod)],
  ];
  return findings.map(([type, finding]) => {
    const known = before.find((condition) => condition.type === type);
    const status = finding === undefined ? 'True' : 'False';
    const unchangedSince = known?.status === status ? known.lastTransitionTime : undefined;
    return {
      type,
      status,
      observedGeneration: pod.metadata.generation ?? 0,
      lastTransitionTime: unchangedSince ?? rfc3339(now),
      // Empty rather than absent: a strategic merge patch would keep the words of the time when it was False.
      reason: finding?.reason ?? '',
      message: finding?.message ?? '',
    };
  });
}

function unready(statuses: readonly ContainerStatus[]): Finding {
  const names = statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
}

function closedGates(pod: Pod): Finding {
  const isTrue = (type: string) =>
    pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  const closed = (pod.spec.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((type) => !isTrue(type));
  if (closed.length === 0) return undefined;
  return { reason: 'ReadinessGatesNotReady', message: `readiness gates not True: ${closed.join(', ')}` };
}
