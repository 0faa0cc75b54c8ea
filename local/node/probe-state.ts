import type { Probe } from './objects.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** What a run of equal results has led to. A verdict changes only when its threshold is reached. */
export interface ProbeState {
  readonly verdict: 'unknown' | 'success' | 'failure';
  /** The latest result and how many of it came in a row. */
  readonly latest: boolean | undefined;
  readonly inARow: number;
}

/** A container counts as alive until shown otherwise, as ready only once shown, as started neither way. */
export const firstProbeState = (kind: ProbeKind): ProbeState => ({
  verdict: kind === 'liveness' ? 'success' : kind === 'readiness' ? 'failure' : 'unknown',
  latest: undefined,
  inARow: 0,
});

/** The state after one more result. */
export function probeState(before: ProbeState, succeeded: boolean, probe: Probe): ProbeState {
  const inARow = before.latest === succeeded ? before.inARow + 1 : 1;
  const threshold = succeeded ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  const reached = inARow >= threshold;
  return { verdict: reached ? (succeeded ? 'success' : 'failure') : before.verdict, latest: succeeded, inARow };
}
