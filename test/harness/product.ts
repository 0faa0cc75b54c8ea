import { readFile } from 'node:fs/promises';
import { label } from '#crds/contract.ts';
import { type Cluster, startCluster } from '#local/cluster.ts';
import { forOneNode } from '#local/install-manifest.ts';
import { installMonitoring } from '#local/monitoring/install.ts';
import type { MonitoringOptions } from '#local/monitoring/objects.ts';
import { terminalProgress } from '#local/progress.ts';
import { roomPages } from '#local/room.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { type Kubectl, kubectl, served } from './kubectl.ts';
import type { RoomURLs } from './pages.ts';

/** A cluster with the operator in it, installed from the same manifest as anywhere else. */
export interface Product {
  readonly cluster: Cluster;
  readonly kube: Kubectl;
  /** Installs the operator by these manifests, in place of the one that is there, and waits until it is available. */
  install(manifests: string): Promise<void>;
  /** The pages of a room that has generated tokens. */
  urls(room: string, namespace?: string): Promise<RoomURLs>;
  /** `kind/name` of everything in a namespace that bears a room's label or is made once per namespace with rooms. */
  leftovers(namespace: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface ProductOptions {
  /** Installs a Prometheus Operator and a Prometheus before our operator; see {@link monitored}. */
  readonly monitoring?: MonitoringOptions;
  /** Fields of our operator's configuration, such as `{monitoring: {labels: {release: 'local'}}}`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What is installed; default this tree's install.yaml. */
  readonly manifests?: string;
  /** What runs in place of images, if it is not this tree. */
  readonly images?: Readonly<Record<string, string>>;
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { monitoring, config, images = {}, manifests = await readFile('install.yaml', 'utf8') } = options;
  const cluster = await startCluster({ images, ...(monitoring && { monitoringPort: 0 }) });
  try {
    const kube = kubectl(cluster.kubectlFile, cluster.kubeconfigFile, cluster.clientConfig);
    if (monitoring !== undefined) await monitor(cluster, monitoring);
    const install: Product['install'] = async (text) => {
      await kube.run(['apply', '-f', '-'], forOneNode(text, { ...config, publicURL: cluster.httpURL }));
      await served(kube, 'crd/liverooms.liveroom.dev');
      const system = ['-n', 'liveroom-system'];
      await kube.run([...system, 'rollout', 'status', 'deployment/liveroom-operator', '--timeout=60s']);
    };
    await install(manifests);
    const client = kubeClient(cluster.clientConfig);
    return {
      cluster,
      kube,
      install,
      urls: (name, namespace = 'default') => roomPages(client, { namespace, name }, cluster.httpURL),
      leftovers: leftovers(kube),
      async stop() {
        await client.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function monitor(cluster: Cluster, options: MonitoringOptions): Promise<void> {
  const { signal } = new AbortController();
  const shown = { env: process.env, progress: terminalProgress(process.stderr) };
  await installMonitoring(cluster, { ...options, ...shown, signal, deadlineMs: 60_000 });
}

/** Kinds that a room becomes, and those that exist once per namespace with rooms. */
const kinds = 'liverooms,pods,services,configmaps,secrets,endpointslices,networkpolicies';

const leftovers =
  (kube: Kubectl): Product['leftovers'] =>
  async (namespace) => {
    const named = (selector: string) => kube.run(['get', kinds, '-n', namespace, '-l', selector, '-o', 'name']);
    const found = [await named(label.room), await named(`${label.partOf}=liveroom`)];
    return found.flatMap((names) => names.split('\n')).filter((name) => name !== '');
  };
