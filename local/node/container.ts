import { type BackOff, raised, restartAt } from './back-off.ts';
import type { ContainerStatus, Pod } from './objects.ts';
import type { ProbeKind } from './probe-state.ts';

/**
 * The life of one container, as values. Times are in milliseconds since the epoch.
 *
 *     waiting ──start──► running ──exit──► ended ──start (policy, back-off)──► running …
 */
export interface ContainerSeen {
  readonly state: Waiting | Running | Ended;
  /** How the run before this one ended. */
  readonly previous?: Ended;
  readonly restarts: number;
  readonly backOff?: BackOff;
}

/** It never ran. */
interface Waiting {
  readonly kind: 'waiting';
  /** Undefined while nothing has been tried. */
  readonly reason?: string;
  readonly message?: string;
  readonly retryAt: number;
}

export interface Running {
  readonly kind: 'running';
  readonly startedAt: number;
  readonly started: boolean;
  readonly ready: boolean;
  /** A start-up or liveness probe has given it up: it must go within so many milliseconds. */
  readonly unhealthy?: { readonly probe: ProbeKind; readonly graceMs: number };
  /** It was asked to end; SIGKILL comes at that time. */
  readonly killAt?: number;
}

export interface Ended {
  readonly kind: 'ended';
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export const notStarted: ContainerSeen = { state: { kind: 'waiting', retryAt: 0 }, restarts: 0 };

type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** Init containers run until they succeed once, so `Always` means `OnFailure` for them. */
export function restartPolicy(pod: Pod, name: string): RestartPolicy {
  const policy = (pod.spec.restartPolicy ?? 'Always') as RestartPolicy;
  const isInit = (pod.spec.initContainers ?? []).some((container) => container.name === name);
  return isInit && policy === 'Always' ? 'OnFailure' : policy;
}

const willRestart = (policy: RestartPolicy, { exitCode }: Ended) =>
  policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);

/** The earliest time at which it may start; undefined while it runs and when it has ended for good. */
export function startAt(seen: ContainerSeen, policy: RestartPolicy): number | undefined {
  if (seen.state.kind === 'running') return undefined;
  if (seen.state.kind === 'waiting') return seen.state.retryAt;
  return willRestart(policy, seen.state) ? restartAt(seen.backOff, seen.state.finishedAt) : undefined;
}

/** After its process was started. Without probes it has started, and is ready, at once. */
export function afterStart(
  seen: ContainerSeen,
  now: number,
  has: { startup: boolean; readiness: boolean },
): ContainerSeen {
  const started = !has.startup;
  const state: Running = { kind: 'running', startedAt: now, started, ready: started && !has.readiness };
  const previous = lastEnd(seen);
  if (previous === undefined) return { ...seen, state };
  return { state, previous, restarts: seen.restarts + 1, backOff: raised(seen.backOff, previous.finishedAt, now) };
}

const lastEnd = ({ state, previous }: ContainerSeen) => (state.kind === 'ended' ? state : previous);

/** After an attempt to start it failed before there was a process. */
export function afterRefusal(
  seen: ContainerSeen,
  refusal: { readonly reason: string; readonly message: string },
  retryAt: number,
): ContainerSeen {
  const previous = lastEnd(seen);
  return { ...seen, ...(previous === undefined ? {} : { previous }), state: { kind: 'waiting', ...refusal, retryAt } };
}

/** After its process ended, or could not be executed at all (exit code 128, as container runtimes have it). */
export function afterExit(
  seen: ContainerSeen,
  end: { readonly exitCode: number; readonly reason?: string; readonly message: string },
  now: number,
): ContainerSeen {
  const startedAt = seen.state.kind === 'running' ? seen.state.startedAt : now;
  const reason = end.reason ?? (end.exitCode === 0 ? 'Completed' : 'Error');
  return {
    ...seen,
    state: { kind: 'ended', startedAt, finishedAt: now, reason, exitCode: end.exitCode, message: end.message },
  };
}

/** After something changed while it runs; nothing changes any more once it has ended. */
export const whileRunning = (seen: ContainerSeen, change: Partial<Running>): ContainerSeen =>
  seen.state.kind === 'running' ? { ...seen, state: { ...seen.state, ...change } } : seen;

/**
 * What a node that has just started knows of a container from the pod's status: its process is gone with the node
 * before. Exit code and reason are those of a kubelet that lost a container.
 */
export function adopted(status: ContainerStatus | undefined, now: number): ContainerSeen {
  const { state, lastState, restartCount = 0 } = status ?? {};
  const terminated = state?.terminated ?? lastState?.terminated;
  if (state?.running !== undefined) {
    const startedAt = state.running.startedAt === undefined ? now : Date.parse(state.running.startedAt);
    const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The node ended while it ran.' };
    return { state: { kind: 'ended', ...lost, startedAt, finishedAt: now }, restarts: restartCount };
  }
  if (terminated === undefined) return { ...notStarted, restarts: restartCount };
  return {
    state: {
      kind: 'ended',
      exitCode: terminated.exitCode,
      reason: terminated.reason ?? '',
      message: terminated.message ?? '',
      startedAt: timeOf(terminated.startedAt, now),
      finishedAt: timeOf(terminated.finishedAt, now),
    },
    restarts: restartCount,
  };
}

const timeOf = (text: string | undefined, fallback: number) => (text === undefined ? fallback : Date.parse(text));
