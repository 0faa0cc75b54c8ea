import { randomBytes } from 'node:crypto';
import type { PodStats } from '#crds/pod-stats.ts';
import { type ClientConfig, type KubeClient, kubeClient, type Method } from '#operator/cluster/client/client.ts';
import { clientConfigFromFile } from '#operator/cluster/client/kube-config.ts';
import { configFrom } from '#operator/config-file.ts';
import { jsonLog } from '#operator/log.ts';
import { operator } from '#operator/operator.ts';

export interface RunningOperator {
  /** Everything it asked of the API server to change, as `METHOD path`. Events are left out. */
  readonly writes: readonly string[];
  /** Its metrics, as Prometheus would read them. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export interface OperatorSettings {
  /** Where its API server is: a kubeconfig file, or the way there. */
  readonly kubeconfigFile: string | ClientConfig;
  /** What each pod answers to `/stats`, by its name; a pod that is not in it does not answer. */
  readonly stats?: ReadonlyMap<string, PodStats>;
  /** Labels of its configuration for monitoring objects. */
  readonly monitoringLabels?: Readonly<Record<string, string>>;
  /** Told all that is logged; without it, errors are shown. */
  readonly log?: (line: string) => void;
  /** How often it looks for kinds that come and go where their definitions may not be watched. */
  readonly discoverEveryMs?: number;
  /** How often it looks whether its watches have missed something. */
  readonly compareEveryMs?: number;
  /** How long it is refused a kind until rooms say so. */
  readonly refusedForMs?: number;
  /** Its clock, for a test that lets time pass. */
  readonly now?: () => number;
  /** More of its configuration. */
  readonly config?: object;
}

/** The real operator in this process, with short waits, and counting what it writes. Resolves when it has listed all. */
export async function startOperator(settings: OperatorSettings): Promise<RunningOperator> {
  const running = await beginOperator(settings);
  await running.synced;
  return running;
}

/** As {@link startOperator}, for one that may never get so far. */
export async function beginOperator(settings: OperatorSettings) {
  const { kubeconfigFile, stats = new Map(), monitoringLabels = { release: 'kps' } } = settings;
  const client = kubeClient(
    typeof kubeconfigFile === 'string' ? await clientConfigFromFile(kubeconfigFile) : kubeconfigFile,
  );
  const writes: string[] = [];
  const running = operator({
    client: counting(client, writes),
    config: configFrom(
      JSON.stringify({
        images: { sfu: 'liveroom.dev/sfu:0.1.0' },
        monitoring: { labels: monitoringLabels },
        ...settings.config,
      }),
    ),
    log: jsonLog({
      level: settings.log === undefined ? 'error' : 'info',
      write: settings.log ?? ((line) => process.stderr.write(line)),
      now: Date.now,
    }),
    instance: 'operator-under-test',
    newToken: () => randomBytes(8).toString('hex'),
    ...(settings.discoverEveryMs && { discoverEveryMs: settings.discoverEveryMs }),
    ...(settings.compareEveryMs && { compareEveryMs: settings.compareEveryMs }),
    ...(settings.refusedForMs && { refusedForMs: settings.refusedForMs }),
    ...(settings.now && { now: settings.now }),
    statsEveryMs: 100,
    askStats: async (pod) => {
      const answer = stats.get(pod.metadata.name);
      if (answer === undefined) throw new Error('no answer');
      return answer;
    },
  });
  return {
    synced: running.synced,
    writes,
    metrics: () => running.exposition.metrics(),
    async stop(): Promise<void> {
      await running.stop();
      await client.close();
    },
  };
}

const counting = (client: KubeClient, writes: string[]): KubeClient => ({
  ...client,
  request<T>(method: Method, path: string, options?: Parameters<KubeClient['request']>[2]) {
    if (method !== 'GET' && !path.includes('/events')) writes.push(`${method} ${path}`);
    return client.request<T>(method, path, options);
  },
});
