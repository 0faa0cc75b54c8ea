/** The checks of a pod, put together. */
import type { CheckName } from '#crds/pod-metrics.ts';
import type { Log } from '../log.ts';
import { type Looked, podChecks } from './checks.ts';
import { type Checkup, checkup } from './checkup.ts';

/** Less than a probe's own time-out. */
const timeoutMs = 1000;
/** Less than the time between two probes, more than anybody needs to ask again. */
const keepMs = 500;

export interface HealthOptions extends Looked {
  readonly log: Log;
  readonly clock: Parameters<typeof checkup>[1]['clock'];
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** The log tells of each check that begins to fail, since the kubelet shows of an answer no more than its status. */
export const health = ({ log, clock, nowMs, ...at }: HealthOptions): Checkup<CheckName> =>
  checkup(podChecks(at), {
    clock,
    nowMs,
    timeoutMs,
    keepMs,
    onTurn: ({ name, fault }) => {
      if (fault === undefined) log.info('a check passes again', { check: name });
      else log.warn('a check fails', { check: name, reason: fault });
    },
  });
