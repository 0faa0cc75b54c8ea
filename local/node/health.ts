import type { Running } from './container.ts';
import type { Container } from './objects.ts';
import { type ProbeResult, type ProbeTarget, runProbe } from './probe.ts';
import type { ProbeKind, ProbeState } from './probe-state.ts';
import { startProber } from './prober.ts';

interface Options {
  readonly container: Container;
  readonly target: ProbeTarget;
  /** How long it may take to end when a probe without a grace period of its own gives it up. */
  readonly graceMs: number;
  /** The pod is being deleted: only readiness is of interest. */
  readonly isEnding: () => boolean;
  /** What the probes have found out. */
  readonly onFinding: (finding: Partial<Running>) => void;
  readonly onFailure: (message: string) => void;
}

export interface Health {
  /** From now on it may be unhealthy: it is going anyway. Readiness is still looked at. */
  endChecks(): void;
  stop(): void;
}

/** Probes one run of a container: first whether it has started, then, side by side, whether it lives and is ready. */
export function healthChecks({ container, target, graceMs, isEnding, onFinding, onFailure }: Options): Health {
  const probers = new Map<ProbeKind, () => void>();
  let isReady = false;

  function probe(kind: ProbeKind): void {
    const spec = container[`${kind}Probe`];
    if (spec === undefined) return;
    const stop = startProber({
      kind,
      probe: spec,
      attempt: () => runProbe(spec, target, (spec.timeoutSeconds ?? 1) * 1000),
      onResult: (result, state) => onResult(kind, result, state),
    });
    probers.set(kind, stop);
  }

  function onResult(kind: ProbeKind, { succeeded, message }: ProbeResult, { verdict }: ProbeState): void {
    if (!succeeded) onFailure(`${kind[0]?.toUpperCase()}${kind.slice(1)} probe failed: ${message}`);
    if (kind === 'readiness') {
      if (isReady === (verdict === 'success')) return;
      isReady = verdict === 'success';
      onFinding({ ready: isReady });
    } else if (verdict === 'failure') {
      const seconds = container[`${kind}Probe`]?.terminationGracePeriodSeconds;
      onFinding({ unhealthy: { probe: kind, graceMs: seconds === undefined ? graceMs : seconds * 1000 } });
      probers.get(kind)?.();
    } else if (kind === 'startup' && verdict === 'success') {
      onFinding({ started: true, ready: container.readinessProbe === undefined });
      probeStarted();
    }
  }

  function probeStarted(): void {
    if (!isEnding()) probe('liveness');
    probe('readiness');
  }

  if (container.startupProbe === undefined) probeStarted();
  else if (!isEnding()) probe('startup');

  return {
    endChecks() {
      probers.get('startup')?.();
      probers.get('liveness')?.();
    },
    stop() {
      for (const stop of probers.values()) stop();
    },
  };
}
