/**
 * A Kubernetes cluster on this machine, seen from outside:
 *
 *     this process ──── IPC ────► inside.ts ── etcd · kube-apiserver · controllers · scheduler
 *      sockets of the machine ──►     └─────── node ── pods
 *
 * Everything of it is below one temporary folder, and gone after `stop`.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClientConfig } from '#operator/cluster/client/client.ts';
import { ensureBinaries } from './binaries/ensure.ts';
import { certificateName, kubeconfig } from './control-plane/kubeconfig.ts';
import { type InsideProcess, startInside } from './inside-process.ts';
import { monitoringPrograms } from './monitoring/images.ts';
import { findSite, loopbackPrefix } from './network.ts';
import { type Progress, progress } from './progress.ts';
import { run } from './run.ts';
import { listen, portOf } from './sockets.ts';

export interface ClusterOptions {
  /** False for tests of the API server alone: nothing runs pods. */
  readonly node?: boolean;
  /** Files that are applied, in this order. */
  readonly manifests?: readonly string[];
  /** Folders with other code of ours, such as an earlier release, by the beginning of the images' names. Default: this tree. */
  readonly images?: Readonly<Record<string, string>>;
  /** Ports of the front door and the API server on 127.0.0.1; 0, the default, takes any. */
  readonly httpPort?: number;
  readonly apiPort?: number;
  /** The cluster can run the Prometheus Operator (monitoring/install.ts), reached on this port of 127.0.0.1; 0 takes any. */
  readonly monitoringPort?: number;
  /** The address of this machine on which pods' host ports are opened; default: a loopback one that no other cluster has. */
  readonly hostAddress?: string;
  /** Default: this process's. LIVEROOM_NAMESPACE=none does without namespaces. */
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** Aborting ends what has been started. */
  readonly signal?: AbortSignal;
}

export interface Cluster {
  /** Full rights, from outside. */
  readonly kubeconfigFile: string;
  readonly kubectlFile: string;
  /** The same access, for a client of our own. */
  readonly clientConfig: ClientConfig;
  readonly apiURL: string;
  /** The front door: `/{namespace}/{room}/…` leads to a ready pod of the room. */
  readonly httpURL: string;
  /** Where its Prometheus answers once it is installed; undefined where none can run. */
  readonly monitoringURL: string | undefined;
  /** Everything of the cluster is below. */
  readonly dir: string;
  readonly logsDir: string;
  /** Rejects when the cluster cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Leaves no process, no port and no folder. */
  stop(): Promise<void>;
}

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

const silent: Progress = progress({ write: () => undefined, columns: undefined, now: Date.now });

/** Boots a cluster. Throws PortInUse, or an error with the end of the log of the program that failed. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { env = process.env, progress: shown = silent, signal } = options;
  const stopping = signal === undefined ? {} : { signal };
  // First of all: a port in use is to be said before minutes of building.
  const front = await openFront(options);
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-'));
  let inside: InsideProcess | undefined;
  const stop = async () => {
    front.close();
    await inside?.stop();
    await rm(dir, { recursive: true, force: true });
  };

  try {
    const getting = { env, progress: shown, ...stopping };
    const binaries = await ensureBinaries({ want: programs, ...getting });
    const logsDir = join(dir, 'logs');
    await mkdir(logsDir);
    const site = await findSite(env['LIVEROOM_NAMESPACE'] === 'none', shown.say);
    const canMonitor = front.sockets.monitoring !== undefined && site.kind === 'namespace';
    if (!canMonitor) front.sockets.monitoring?.close();
    const monitoring = canMonitor ? await ensureBinaries({ want: monitoringPrograms, ...getting }) : undefined;
    const root = resolve(import.meta.dirname, '..');
    const { node: hasNode = true, manifests = [], images = {} } = options;
    const hostAddress = options.hostAddress ?? `${await loopbackPrefix()}.1`;
    const all = { site, dir, logsDir, root, images, binaries, hasNode, hostAddress };
    const settings = { ...all, ...(monitoring && { monitoring }) };
    inside = await startInside({ settings, front: front.sockets, env, log: shown.say });
    const { ca, token } = await Promise.race([inside.ready, inside.failed, aborted(signal)]);

    const monitoringURL = canMonitor ? front.urls.monitoringURL : undefined;
    const access = { ...front.urls, monitoringURL, ...(await writeAccess(dir, front.urls.apiURL, ca, token)) };
    const cluster = { ...access, kubectlFile: binaries.kubectl, dir, logsDir, failed: inside.failed, stop };
    for (const file of manifests) await apply(cluster, file, stopping);
    return cluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The sockets by which this machine reaches the cluster. */
async function openFront({ httpPort = 0, apiPort = 0, monitoringPort }: ClusterOptions) {
  const opened: Server[] = [];
  const close = () => {
    for (const socket of opened) socket.close();
  };
  const open = async (port: number) => {
    const socket = await listen('127.0.0.1', port).catch((error) => {
      close();
      throw error;
    });
    opened.push(socket);
    return socket;
  };
  const [http, api] = [await open(httpPort), await open(apiPort)];
  const monitoring = monitoringPort === undefined ? undefined : await open(monitoringPort);
  return {
    sockets: { http, api, ...(monitoring && { monitoring }) },
    urls: {
      httpURL: `http://127.0.0.1:${portOf(http)}`,
      apiURL: `https://127.0.0.1:${portOf(api)}`,
      monitoringURL: monitoring && `http://127.0.0.1:${portOf(monitoring)}`,
    },
    close,
  };
}

async function writeAccess(dir: string, apiURL: string, ca: string, token: string) {
  const kubeconfigFile = join(dir, 'kubeconfig');
  await writeFile(kubeconfigFile, kubeconfig({ url: apiURL, ca, token }), { mode: 0o600 });
  const authorization = async () => `Bearer ${token}`;
  return { kubeconfigFile, clientConfig: { server: apiURL, ca, serverName: certificateName, authorization } };
}

/** Applies a manifest, given as a file or (with `-`) as text. Throws with what kubectl said. */
export async function apply(
  { kubectlFile, kubeconfigFile }: Pick<Cluster, 'kubectlFile' | 'kubeconfigFile'>,
  file: string,
  options: { input?: string; signal?: AbortSignal } = {},
): Promise<void> {
  await run(kubectlFile, ['--kubeconfig', kubeconfigFile, 'apply', '--server-side', '-f', file], options);
}

/** Rejects on abort; never resolves. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  if (signal?.aborted) reject(signal.reason);
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
