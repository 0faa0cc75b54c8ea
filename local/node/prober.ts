import type { Probe } from './objects.ts';
import type { ProbeResult } from './probe.ts';
import { firstProbeState, type ProbeKind, type ProbeState, probeState } from './probe-state.ts';

interface Options {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly attempt: () => Promise<ProbeResult>;
  /** After each attempt. */
  readonly onResult: (result: ProbeResult, state: ProbeState) => void;
}

/**
 * Probes a running container until the returned function is called, or until a start-up probe has its verdict.
 *
 * The first attempt comes as soon as the initial delay is over. A kubelet's comes within one period of that, but for the
 * readiness probe of a container that has just started, which it makes at once too (v1.36, prober UpdatePodStatus).
 */
export function startProber({ kind, probe, attempt, onResult }: Options): () => void {
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  let state = firstProbeState(kind);
  let isStopped = false;
  let timer = setTimeout(run, (probe.initialDelaySeconds ?? 0) * 1000);

  async function run() {
    const startedAt = performance.now();
    const result = await attempt();
    if (isStopped) return;
    state = probeState(state, result.succeeded, probe);
    onResult(result, state);
    if (isStopped || (kind === 'startup' && state.verdict !== 'unknown')) return;
    timer = setTimeout(run, Math.max(0, periodMs - (performance.now() - startedAt)));
  }

  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
