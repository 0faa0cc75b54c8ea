import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, port } from '#crds/contract.ts';
import { eventually } from '#test/harness/eventually.ts';
import { cpuMs } from './cpu.ts';
import { type Scrape, scrapeOf } from './scrape.ts';

/**
 * The operator as a process of its own, as its pod runs it but for the Lease, which it does not take: renewing that is a write
 * every 2 s, whatever the rooms. Seen from outside: by the kernel and by its metrics.
 */
export interface OperatorProcess {
  readonly pid: number;
  /** From its start until it had listed everything. */
  readonly syncedMs: number;
  cpuMs(): Promise<number>;
  /** Resident now. */
  memoryMB(): Promise<number>;
  scrape(): Promise<Scrape>;
  /** Open connections to the API server. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

export interface OperatorSurroundings {
  /** A folder for its files. */
  readonly dir: string;
  readonly apiServer: { readonly host: string; readonly port: number };
  readonly caFile: string;
  readonly token: string;
  /** More options of node, for a profile. */
  readonly nodeOptions: readonly string[];
}

/** Options of node, as the chart gives them. */
export const chartNodeOptions = ['--max-semi-space-size=16', '--heap-growing-percent=40'] as const;

/** Beside the stand-in for the pods, which has the port on all addresses of IPv4. */
const address = '::1';

const config = JSON.stringify({
  images: { sfu: 'liveroom.dev/sfu:0.1.0' },
  publicURL: 'https://live.example.com',
  hostPorts: { from: 7000, to: 7999 },
});

export async function startOperatorProcess(surroundings: OperatorSurroundings): Promise<OperatorProcess> {
  const { dir, apiServer, caFile, token, nodeOptions } = surroundings;
  await writeFile(join(dir, 'config.yaml'), config);
  await writeFile(join(dir, 'token'), token);
  await writeFile(join(dir, 'ca.crt'), await readFile(caFile));
  const beganMs = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, ...chartNodeOptions, 'operator/main.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      CONFIG_FILE: join(dir, 'config.yaml'),
      SERVICEACCOUNT_DIR: dir,
      KUBERNETES_SERVICE_HOST: apiServer.host,
      KUBERNETES_SERVICE_PORT: String(apiServer.port),
      POD_IP: address,
      LOG_LEVEL: 'error',
      [env.compileCache]: join(dir, 'compile-cache'),
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the operator cannot be started');
  const get = (path: string) => fetch(`http://[${address}]:${port.internal}${path}`);
  const isReady = async () => (await get('/readyz')).ok;
  await eventually('the operator has listed everything', isReady, 120_000).catch(async (error) => {
    await end(child);
    throw error;
  });
  return {
    pid,
    syncedMs: performance.now() - beganMs,
    cpuMs: () => cpuMs(pid),
    memoryMB: () => memoryMB(pid),
    scrape: async () => scrapeOf(await (await get('/metrics')).text()),
    connections: () => connections(pid, apiServer.port),
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function memoryMB(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024) / 1e6;
}

/** Established TCP connections of a process to a port, wherever. */
async function connections(pid: number, to: number): Promise<number> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8')));
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  const remote = `:${to.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set(rows.filter((row) => row[3] === '01' && row[2]?.endsWith(remote)).map((row) => row[9]));
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '')));
  return targets.filter((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1])).length;
}
