/**
 * A Kubernetes cluster on this machine, seen from outside:
 *
 *     this process ──── IPC ────► inside.ts ── etcd · kube-apiserver · controllers · scheduler
 *      sockets of the machine ──►     └─────── node ── pods
 *
 * Everything of it is below one temporary folder, and gone after `stop`.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBinaries } from './binaries/ensure.ts';
import { kubeconfig } from './control-plane/kubeconfig.ts';
import { type InsideProcess, startInside } from './inside-process.ts';
import { findSite } from './network.ts';
import { type Progress, progress } from './progress.ts';
import { run } from './run.ts';
import { listen, portOf } from './sockets.ts';

export interface ClusterOptions {
  /** False for tests of the API server alone: nothing runs pods. */
  readonly node?: boolean;
  /** Files that are applied, in this order. */
  readonly manifests?: readonly string[];
  /** Ports of the front door and the API server on 127.0.0.1; 0, the default, takes any. */
  readonly httpPort?: number;
  readonly apiPort?: number;
  /** The address of this machine on which pods' host ports are opened; default 127.0.0.1. */
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
  readonly apiURL: string;
  /** The front door: `/{namespace}/{room}/…` leads to a ready pod of the room. */
  readonly httpURL: string;
  /** Everything of the cluster is below. */
  readonly dir: string;
  readonly logsDir: string;
  /** Rejects when the cluster cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Leaves no process, no port and no folder. */
  stop(): Promise<void>;
}

const silent: Progress = progress({ write: () => undefined, columns: undefined, now: Date.now });

/** Boots a cluster. Throws PortInUse, or an error with the end of the log of the program that failed. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { env = process.env, progress: shown = silent, signal } = options;
  const stopping = signal === undefined ? {} : { signal };
  const want = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
  const binaries = await ensureBinaries({ want, env, progress: shown, ...stopping });
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-'));
  let inside: InsideProcess | undefined;
  const stop = async () => {
    await inside?.stop();
    await rm(dir, { recursive: true, force: true });
  };

  try {
    const logsDir = join(dir, 'logs');
    await mkdir(logsDir);
    const { front, httpURL, apiURL } = await openFront(options);
    const site = await findSite(env['LIVEROOM_NAMESPACE'] === 'none', shown.say);
    const root = resolve(import.meta.dirname, '..');
    const { node: hasNode = true, hostAddress = '127.0.0.1', manifests = [] } = options;
    const settings = { site, dir, logsDir, root, binaries, hasNode, hostAddress };
    inside = await startInside({ settings, front, env, log: shown.say });
    const { ca, token } = await Promise.race([inside.ready, inside.failed, aborted(signal)]);

    const kubeconfigFile = join(dir, 'kubeconfig');
    await writeFile(kubeconfigFile, kubeconfig({ url: apiURL, ca, token }), { mode: 0o600 });
    const cluster = { kubeconfigFile, kubectlFile: binaries.kubectl, apiURL, httpURL, dir, logsDir, stop };
    for (const file of manifests) await apply(cluster, file, stopping);
    return { ...cluster, failed: inside.failed };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The sockets by which this machine reaches the cluster. */
async function openFront({ httpPort = 0, apiPort = 0 }: ClusterOptions) {
  const http = await listen('127.0.0.1', httpPort);
  try {
    const api = await listen('127.0.0.1', apiPort);
    const httpURL = `http://127.0.0.1:${portOf(http)}`;
    return { front: { http, api }, httpURL, apiURL: `https://127.0.0.1:${portOf(api)}` };
  } catch (error) {
    http.close();
    throw error;
  }
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
