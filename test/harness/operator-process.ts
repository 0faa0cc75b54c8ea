import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface OperatorProcess {
  readonly child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** What it has logged so far. */
  readonly logged: readonly { readonly level: string; readonly message: string; readonly error?: string }[];
  isReady(): Promise<boolean>;
  /** Its metrics, as Prometheus would read them. */
  metrics(): Promise<string>;
  /** Ends it, whatever state it is in. */
  stop(): Promise<void>;
}

export interface ProcessSettings {
  readonly kubeconfigFile: string;
  /** POD_NAME, by which it is known as a leader. */
  readonly name: string;
  /** POD_NAMESPACE, where its Lease is. */
  readonly namespace: string;
  /** An address of this machine for its probes and metrics. */
  readonly ip: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The operator as a process of its own, the way a pod runs it. */
export async function operatorProcess(settings: ProcessSettings): Promise<OperatorProcess> {
  const { kubeconfigFile, name, namespace, ip, config } = settings;
  const dir = await mkdtemp(join(tmpdir(), 'operator-'));
  const configFile = join(dir, 'config.yaml');
  await writeFile(configFile, stringify({ images: { sfu: 'liveroom.dev/sfu:0.1.0' }, ...config }));
  const child = spawn(process.execPath, ['operator/main.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { CONFIG_FILE: configFile, KUBECONFIG: kubeconfigFile, POD_IP: ip, POD_NAME: name, POD_NAMESPACE: namespace },
  });
  const ended = once(child, 'close').then(async ([code, signal]) => {
    await rm(dir, { recursive: true });
    return code ?? signal;
  });
  const logged: OperatorProcess['logged'][number][] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    logged.push(...lines.map((line) => JSON.parse(line)));
  });
  const get = (path: string) => fetch(`http://${ip}:9090${path}`);
  return {
    child,
    ended,
    logged,
    isReady: () =>
      get('/readyz').then(
        ({ ok }) => ok,
        () => false,
      ),
    metrics: async () => (await get('/metrics')).text(),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
