import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectionTiming } from '#operator/cluster/lease/lease-hold.ts';
import { type Door, door } from './door.ts';
import type { Stage } from './stage.ts';

/** An operator as it is in a pod: a process, behind a door of its own. */
export interface OperatorProcess {
  readonly name: string;
  readonly door: Door;
  readonly child: ChildProcess;
  /** Resolves to its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  isReady(): Promise<boolean>;
  /** SIGKILL, if it still runs. */
  stop(): Promise<void>;
}

/** Where the operators of a test are installed: the namespace of their Lease. */
export const operatorNamespace = 'liveroom-system';

export interface ProcessOptions {
  readonly name: string;
  /** An address of this machine for its probes. */
  readonly address: string;
  /** A folder for its files. */
  readonly dir: string;
  readonly timing?: ElectionTiming;
}

export async function operatorProcess(
  on: Stage,
  { name, address, dir, timing }: ProcessOptions,
): Promise<OperatorProcess> {
  const way = await door({ server: on.server });
  const [config, kubeconfig] = [join(dir, `${name}.yaml`), join(dir, `${name}.kubeconfig`)];
  const images = { sfu: 'liveroom.dev/sfu:0.1.0' };
  await writeFile(config, JSON.stringify({ images, ...(timing && { leaderElection: configOf(timing) }) }));
  await writeFile(kubeconfig, kubeconfigOf(way));
  const child = spawn(process.execPath, ['operator/main.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      CONFIG_FILE: config,
      KUBECONFIG: kubeconfig,
      POD_IP: address,
      POD_NAME: name,
      POD_NAMESPACE: operatorNamespace,
    },
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    name,
    door: way,
    child,
    ended,
    isReady: async () => (await fetch(`http://${address}:9090/readyz`)).ok,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await way.stop();
    },
  };
}

const configOf = ({ leaseMs, renewMs, retryMs }: ElectionTiming) => ({
  leaseDuration: `${leaseMs}ms`,
  renewDeadline: `${renewMs}ms`,
  retryPeriod: `${retryMs}ms`,
});

/** For who is to come by a door. */
export const kubeconfigOf = ({ config: { server } }: Door): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    // The door's certificate is nobody's.
    clusters: [{ name: 'door', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'door', context: { cluster: 'door', user: 'nobody' } }],
    'current-context': 'door',
  });
