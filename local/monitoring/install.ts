import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBinaries } from '../binaries/ensure.ts';
import { apply, type Cluster } from '../cluster.ts';
import { established } from '../established.ts';
import { type Progress, waiting } from '../progress.ts';
import { run } from '../run.ts';
import { until } from '../until.ts';
import { type MonitoringOptions, monitoringObjects, namespace, operatorName } from './objects.ts';

export interface InstallOptions extends MonitoringOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/**
 * Installs the Prometheus Operator and a Prometheus into a cluster that was started with a `monitoringPort`, and waits
 * until that answers. Throws with what kubectl said, or what was waited for.
 */
export async function installMonitoring(cluster: Cluster, options: InstallOptions): Promise<void> {
  const { env, progress, signal, deadlineMs } = options;
  const { monitoringURL, kubectlFile, kubeconfigFile } = cluster;
  if (monitoringURL === undefined) throw new Error('the cluster was started without what a Prometheus needs');
  const got = await ensureBinaries({ want: ['prometheus-operator-crds'], env, progress, signal });
  const crds = await manifestsIn(got['prometheus-operator-crds']);
  const kubectl = (...args: string[]) => run(kubectlFile, ['--kubeconfig', kubeconfigFile, ...args], { signal });
  const timeout = `--timeout=${deadlineMs / 1000}s`;
  await waiting(progress, "The Prometheus Operator's kinds", usualMs.kinds, async () => {
    await apply(cluster, crds, { signal });
    await established((args) => kubectl(...args), ['-f', crds], { signal, deadlineMs });
  });
  await waiting(progress, 'The Prometheus Operator', usualMs.operator, async () => {
    const items = monitoringObjects(options);
    await apply(cluster, '-', { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), signal });
    await kubectl('-n', namespace, 'rollout', 'status', `deployment/${operatorName}`, timeout);
  });
  await waiting(progress, 'Prometheus', usualMs.prometheus, () =>
    until({ signal, deadlineMs }, 'Prometheus to answer', () => isReady(monitoringURL)),
  );
}

/** On 2 cores. */
const usualMs = { kinds: 3000, operator: 3000, prometheus: 16_000 };

/** As kubectl takes them: `a.yaml,b.yaml`. */
async function manifestsIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => join(folder, name)).join(',');
}

const isReady = async (url: string) => (await fetch(`${url}/-/ready`)).ok;
