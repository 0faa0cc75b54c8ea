import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../kube.ts';
import { absentIfNotFound } from './api-error.ts';
import { type Cache, cache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { collectionPath } from './paths.ts';

const apiVersion = 'monitoring.coreos.com/v1';
const kinds = ['ServiceMonitor', 'PrometheusRule'] as const;
type Kind = (typeof kinds)[number];

export interface MonitoringOptions {
  readonly client: KubeClient;
  /** How often to ask which kinds the API server serves. */
  readonly everyMs: number;
  readonly cacheOptions: Pick<
    Parameters<typeof cache<KubeObject>>[0],
    'query' | 'groupOf' | 'onChange' | 'onError' | 'now' | 'random'
  >;
  /** A kind has come, and its objects are known; or it has gone. */
  readonly onKinds: () => void;
  readonly onError: (error: unknown) => void;
}

/** The Prometheus Operator's objects, of the kinds that exist at the time. A kind that does not is never watched. */
export function monitoring({ client, everyMs, cacheOptions, onKinds, onError }: MonitoringOptions) {
  const caches = new Map<Kind, Cache<KubeObject>>();
  const stopping = new AbortController();
  const { promise: synced, resolve: setSynced } = Promise.withResolvers<void>();

  /** Kinds that are served now. Being without any is an ordinary state. */
  async function served(): Promise<ReadonlySet<string>> {
    const group = await client
      .request<{ resources: readonly { kind: string }[] }>('GET', `/apis/${apiVersion}`, { signal: stopping.signal })
      .catch(absentIfNotFound);
    return new Set(group?.resources.map(({ kind }) => kind));
  }

  async function look(): Promise<void> {
    const now = await served();
    for (const kind of kinds) {
      const known = caches.get(kind);
      if (now.has(kind) === (known !== undefined)) continue;
      if (known === undefined) await begin(kind);
      else {
        known.stop();
        caches.delete(kind);
      }
      onKinds();
    }
  }

  async function begin(kind: Kind): Promise<void> {
    const added = cache<KubeObject>({ ...cacheOptions, client, path: collectionPath({ apiVersion, kind }) });
    // One that we may not list is not waited for.
    await Promise.race([added.synced, sleep(5_000, undefined, { ref: false })]);
    if (stopping.signal.aborted) added.stop();
    else caches.set(kind, added);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch((error) => stopping.signal.aborted || onError(error));
      setSynced();
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  run().catch(onError);

  return {
    synced,
    kinds: () => ({ ServiceMonitor: caches.has('ServiceMonitor'), PrometheusRule: caches.has('PrometheusRule') }),
    group: (namespace: string): KubeObject[] => [...caches.values()].flatMap((kind) => kind.group(namespace)),
    remember(object: KubeObject): void {
      caches.get(object.kind as Kind)?.remember(object);
    },
    stop(): void {
      stopping.abort();
      setSynced();
      for (const kind of caches.values()) kind.stop();
    },
  };
}
