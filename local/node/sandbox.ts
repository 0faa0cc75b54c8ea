import { join } from 'node:path';
import type { NodeContext } from './context.ts';
import type { PodAddresses } from './field-ref.ts';
import { HostPortError, hostPorts } from './host-ports.ts';
import type { Pod, Sources } from './objects.ts';
import type { PodSeen } from './plan.ts';
import { podSources } from './pod-sources.ts';
import { unsupported } from './unsupported.ts';
import { VolumeError } from './volume-files.ts';
import { fillVolumes } from './volumes.ts';

/** What a pod needs before its containers can run, and keeps while they do. */
export interface Sandbox {
  seen(): Pick<PodSeen, 'isPrepared' | 'prepareAt' | 'refreshAt'>;
  /** Why it is not prepared, as its containers' waiting reason. */
  obstacle(): { reason: string; message: string } | undefined;
  addresses(): PodAddresses | undefined;
  /** Where its volumes are, a directory each. */
  readonly volumes: string;
  /** What its environment and volumes refer to, read now; while the API server cannot be reached, as last read. */
  sources(pod: Pod): Promise<Sources>;
  prepare(pod: Pod): Promise<void>;
  /** Brings its volumes up to date. What is missing now leaves them as they are. */
  refresh(pod: Pod): Promise<void>;
  refreshSoon(): void;
  release(): void;
}

/** First wait before a failed preparation is tried again; it doubles up to the longest. */
const firstRetryMs = 500;
/** A kubelet waits up to two minutes. Here somebody sits before the machine. */
const longestRetryMs = 8_000;

/** A pod's wish not to wait a minute for a changed ConfigMap or Secret, in seconds. No kubelet knows it. */
export const refreshAnnotation = 'local.liveroom.dev/refresh-seconds';

function ownRefreshMs({ metadata }: Pod): number | undefined {
  const seconds = Number(metadata.annotations?.[refreshAnnotation]);
  return seconds > 0 ? seconds * 1000 : undefined;
}

export function sandbox(directory: string, context: NodeContext): Sandbox {
  const { client, address, pool, openHostPort, refreshEveryMs, report, now, random } = context;
  const volumes = join(directory, 'volumes');
  const read = podSources(client, now);
  let seen = { isPrepared: false, prepareAt: 0, refreshAt: Number.POSITIVE_INFINITY };
  let obstacle: { reason: string; message: string } | undefined;
  let addresses: PodAddresses | undefined;
  let ports: { close(): void } | undefined;
  let lastSources: Sources | undefined;
  let retryMs = firstRetryMs;
  /** The pod has changed since its volumes were begun: what they show may be what it was before. */
  let isOutdated = false;

  async function sources(pod: Pod): Promise<Sources> {
    try {
      lastSources = await read(pod);
    } catch (error) {
      if (lastSources === undefined) throw error;
    }
    return lastSources;
  }

  /** About a minute, spread so that pods made together do not all ask together (the kubelet's spread is 1 to 1.5). */
  const nextRefresh = (pod: Pod) => now() + (ownRefreshMs(pod) ?? refreshEveryMs) * (0.75 + 0.5 * random());

  async function makeReady(pod: Pod): Promise<void> {
    addresses ??= { podIP: pool.take(pod.status?.podIP), hostIP: address };
    ports ??= await hostPorts(pod, { openHostPort, podIP: addresses.podIP, clientAddress: address });
    await fillVolumes(volumes, { pod, addresses, sources: await sources(pod) });
  }

  function giveUpFor(waitMs: number, pod: Pod, event: string, reason: string, message: string): void {
    obstacle = { reason, message };
    seen = { ...seen, prepareAt: now() + waitMs };
    report(pod, 'Warning', event, message);
  }

  return {
    volumes,
    seen: () => seen,
    obstacle: () => obstacle,
    addresses: () => addresses,
    sources,
    async prepare(pod) {
      const findings = unsupported(pod);
      if (findings.length > 0) {
        giveUpFor(Number.POSITIVE_INFINITY, pod, 'Unsupported', 'Unsupported', findings.join('; '));
        return;
      }
      isOutdated = false;
      try {
        await makeReady(pod);
        obstacle = undefined;
        seen = { isPrepared: true, prepareAt: 0, refreshAt: isOutdated ? now() : nextRefresh(pod) };
      } catch (error) {
        const event = error instanceof HostPortError ? 'FailedCreatePodSandBox' : 'FailedMount';
        giveUpFor(retryMs, pod, event, 'ContainerCreating', (error as Error).message);
        retryMs = Math.min(2 * retryMs, longestRetryMs);
      }
    },
    async refresh(pod) {
      if (addresses === undefined) return;
      seen = { ...seen, refreshAt: nextRefresh(pod) };
      try {
        await fillVolumes(volumes, { pod, addresses, sources: await sources(pod) });
      } catch (error) {
        if (!(error instanceof VolumeError)) throw error;
        report(pod, 'Warning', 'FailedMount', error.message);
      }
    },
    refreshSoon() {
      isOutdated = true;
      if (seen.isPrepared) seen = { ...seen, refreshAt: now() };
    },
    release() {
      ports?.close();
      if (addresses !== undefined) pool.release(addresses.podIP);
      ports = undefined;
      addresses = undefined;
    },
  };
}
