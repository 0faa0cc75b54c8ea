import { mkdir, readFile, rm } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import { addressPool } from './addresses.ts';
import type { LocalImages } from './command-line.ts';
import type { NodeContext } from './context.ts';
import { eventRecorder } from './events.ts';
import type { OpenHostPort } from './host-ports.ts';
import { kubeletServer } from './kubelet-server.ts';
import type { Pod } from './objects.ts';
import { type PodWorker, podWorker } from './pod-worker.ts';
import { register } from './registration.ts';

export interface NodeOptions {
  readonly client: KubeClient;
  readonly name: string;
  /** Pod addresses, such as 10.244.1.0/24 or, where every one of them can be bound anyway, 127.44.1.0/24. */
  readonly cidr: string;
  /** The node's own address, where the API server reaches it for logs. */
  readonly address: string;
  /** Where its host ports stand for clients outside; default `address`. */
  readonly externalAddress?: string;
  /** What runs here in place of images, by the beginning of their names. */
  readonly images: LocalImages;
  /** Volumes and logs of pods; emptied at the start. */
  readonly dir: string;
  /** PEM files for the log endpoint. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly openHostPort: OpenHostPort;
  /** Where pods find the API server. */
  readonly apiServer: { readonly host: string; readonly port: number };
  /** Port of the log endpoint; default: any free one. */
  readonly kubeletPort?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** How long a volume may lag behind a ConfigMap or Secret, about; default a minute, like a kubelet. */
  readonly refreshEveryMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly log: (line: string) => void;
}

export interface Node {
  /** The pods that are on it, as the API has them. */
  pods(): Iterable<Pod>;
  /** Kills all of its pods and returns when nothing of them is left. The Node object stays. */
  stop(): Promise<void>;
}

/**
 * A small stand-in for a kubelet: it runs the pods that the scheduler gives it as processes of this machine, each with an
 * address of its own. What it ignores and what it refuses is listed in unsupported.ts.
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { client, name, address, log, now = Date.now } = options;
  const context = await nodeContext(options, now);
  const workers = new Map<string, PodWorker>();

  const pods = reflector<Pod>({
    client,
    path: '/api/v1/pods',
    query: { fieldSelector: `spec.nodeName=${name}` },
    onChange(key, pod) {
      const worker = workers.get(key);
      if (pod !== undefined && worker !== undefined) return worker.update(pod);
      if (pod !== undefined) return void workers.set(key, podWorker(pod, context));
      workers.delete(key);
      worker?.end().catch((error: Error) => log(`Pod ${key}: ${error.message}`));
    },
    onError: (error) => log(`Pods of node ${name}: ${(error as Error).message}`),
  });

  const endpoint = await kubeletServer({
    address,
    port: options.kubeletPort ?? 0,
    cert: await readFile(options.certFile),
    key: await readFile(options.keyFile),
    logOf(namespace, pod, container, previous) {
      const log = workers.get(`${namespace}/${pod}`)?.log(container, previous);
      return log ?? `container ${container} of pod ${namespace}/${pod} has no ${previous ? 'previous ' : ''}log here`;
    },
    now,
  });
  const endHeartbeat = await register(client, identity(options, endpoint.port), { now, log });

  return {
    pods: () => pods.list(),
    async stop() {
      pods.stop();
      endHeartbeat();
      endpoint.close();
      await Promise.all([...workers.values()].map((worker) => worker.end()));
    },
  };
}

async function nodeContext(options: NodeOptions, now: () => number): Promise<NodeContext> {
  const { client, name, cidr, address, images, dir, openHostPort, apiServer, log } = options;
  const directory = join(dir, 'pods');
  await rm(directory, { recursive: true, force: true });
  // Secrets are in there.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    ...{ client, address, images, directory, openHostPort, apiServer, now, log },
    pool: addressPool(cidr, [address]),
    refreshEveryMs: options.refreshEveryMs ?? 60_000,
    nodeBinary: process.execPath,
    report: eventRecorder(client, name, now, log),
    random: options.random ?? Math.random,
  };
}

const identity = (options: NodeOptions, kubeletPort: number) => ({
  name: options.name,
  address: options.address,
  externalAddress: options.externalAddress ?? options.address,
  kubeletPort,
  cidr: options.cidr,
  capacity: { cpu: String(cpus().length), memory: String(totalmem()), 'ephemeral-storage': '100Gi', pods: '110' },
  version: 'v1.36.3',
  ...(options.labels === undefined ? {} : { labels: options.labels }),
});
