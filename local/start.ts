/** `npm start`: a cluster on this machine, the operator in it, and one room to publish to and to watch. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { version } from '#crds/contract.ts';
import { serverMetric as metric } from '#crds/metrics.ts';
import { type KubeClient, kubeClient } from '#operator/cluster/client/client.ts';
import { alreadyRunning } from './already-running.ts';
import { apply, type Cluster, startCluster } from './cluster.ts';
import { forOneNode } from './install-manifest.ts';
import { type Claim, claim } from './instance.ts';
import { installMonitoring } from './monitoring/install.ts';
import { query } from './monitoring/query.ts';
import { look, orphaned } from './orphaned.ts';
import { otherPort } from './other-port.ts';
import { spoken, terminalProgress, waiting } from './progress.ts';
import { applyRoom, type RoomName, readRoom, roomPages, roomReady, type WantedRoom } from './room.ts';
import { run } from './run.ts';
import { PortInUse } from './sockets.ts';
import { refuseTakenByNpm, type StartOptions, startOptions, UsageError, usage } from './start-options.ts';
import { summaryOf } from './summary.ts';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '..');
const kubeconfigFile = join(root, '.liveroom', 'kubeconfig');
const operatorDeadlineMs = 90_000;
/** Its configuration is written, read, and waits for its interval. */
const usuallyFoundMs = 15_000;
const terminal = terminalProgress(process.stdout);

/** Boots everything and says how to use it, to others with `tell`. */
async function start(options: StartOptions, signal: AbortSignal, tell: Tell): Promise<Cluster> {
  const startedAt = performance.now();
  // Before anything is booted: it may be what is wrong.
  const wanted = await readRoom(options.room);
  terminal.say(`LiveRoom ${version}: booting a Kubernetes cluster on this machine.`);
  const cluster = await startCluster({ ...options, progress: terminal, signal });
  const client = kubeClient(cluster.clientConfig);
  try {
    await mkdir(join(kubeconfigFile, '..'), { recursive: true });
    await writeFile(kubeconfigFile, await readFile(cluster.kubeconfigFile), { mode: 0o600 });
    // Before the operator, so that it finds the kinds of the Prometheus Operator there.
    await Promise.race([monitor(options, cluster, signal), cluster.failed]);
    await install(cluster, signal);
    await Promise.race([bringUp(wanted, client, cluster, signal), cluster.failed]);
    await Promise.race([discovered(wanted, cluster, signal), cluster.failed]);
    terminal.say(`Ready after ${spoken(performance.now() - startedAt)}.\n`);
    const summary = () => currentSummary(wanted, cluster);
    tell(summary);
    terminal.say(`${await summary()}\n  Ctrl-C stops everything and forgets it.`);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  } finally {
    await client.close();
  }
}

type Tell = Extract<Claim, { kind: 'ours' }>['tell'];

/** With the tokens that the room has now: they may have been renewed. */
async function currentSummary(room: RoomName, cluster: Cluster): Promise<string> {
  const client = kubeClient(cluster.clientConfig);
  try {
    const pages = await roomPages(client, room, cluster.httpURL);
    return await summaryOf(cluster, pages, { kubeconfigFile, env: process.env });
  } finally {
    await client.close();
  }
}

async function install(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const manifests = await readFile(join(root, 'install.yaml'), 'utf8');
  await apply(cluster, '-', { input: forOneNode(manifests, { publicURL: cluster.httpURL }), signal });
  terminal.say('The operator is installed.');
}

async function monitor({ monitoringPort }: StartOptions, cluster: Cluster, signal: AbortSignal): Promise<void> {
  if (monitoringPort === undefined) return;
  if (cluster.monitoringURL === undefined) {
    return terminal.say('Without EndpointSlices Prometheus finds nothing: --monitoring is left out.');
  }
  terminal.say('Installing the Prometheus Operator and a Prometheus.');
  await installMonitoring(cluster, { env: process.env, progress: terminal, signal, deadlineMs: operatorDeadlineMs });
  terminal.say('The Prometheus Operator and a Prometheus are installed.');
}

/** Waits until Prometheus has figures of the room. */
async function discovered({ namespace, name }: RoomName, { monitoringURL }: Cluster, signal: AbortSignal) {
  if (monitoringURL === undefined) return;
  const wait = { signal, deadlineMs: operatorDeadlineMs };
  const series = `${metric.subscribers.name}{namespace="${namespace}",room="${name}"}`;
  const isFound = async () => (await query(monitoringURL, series)).length > 0;
  await waiting(terminal, "Prometheus' first look at the room", usuallyFoundMs, () =>
    until(wait, 'Prometheus to find the room', isFound),
  );
  terminal.say('Prometheus has found the room.');
}

async function bringUp({ file, ...where }: WantedRoom, client: KubeClient, cluster: Cluster, signal: AbortSignal) {
  const wait = { signal, deadlineMs: operatorDeadlineMs };
  await applyRoom(cluster, file, wait);
  const onMessage = (message: string) => terminal.say(`Room ${where.namespace}/${where.name}: ${message}`);
  await roomReady(client, where, { ...wait, onMessage }).catch(async (error: Error) => {
    signal.throwIfAborted();
    throw new Error(`${error.message}.\n${await diagnosis(cluster)}`, { cause: error });
  });
}

/** What somebody would look at first, since it goes with the cluster. */
async function diagnosis({ kubectlFile, kubeconfigFile }: Cluster): Promise<string> {
  const kubectl = (...args: string[]) =>
    run(kubectlFile, ['--kubeconfig', kubeconfigFile, ...args]).catch((error: Error) => error.message);
  const pods = await kubectl('get', 'pods', '--all-namespaces', '--output=wide');
  const log = await kubectl('logs', '--namespace=liveroom-system', 'deployment/liveroom-operator', '--tail=15');
  return `${pods}\nThe end of the operator's log:\n${log}`;
}

/** Runs until a signal comes or the cluster fails. Returns the exit code. */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  refuseTakenByNpm(process.env);
  const options = startOptions(args, root);
  if (options === 'help') return say(usage, 0);
  const claimed = await claim(root);
  if (claimed.kind === 'taken') return say(alreadyRunning(root, args, claimed.summary), 0);
  claimed.tell(async () => '  It is still starting.\n');
  const { signal } = stopping();
  const aborted = new Promise<void>((done) => signal.addEventListener('abort', () => done()));
  try {
    const cluster = await start(options, signal, claimed.tell);
    await Promise.race([aborted, cluster.failed]).finally(() => cluster.stop());
    return say('Stopped.', 0);
  } catch (error) {
    if (signal.aborted) return say('Stopped.', 0);
    throw error instanceof PortInUse ? new UsageError(otherPort(error, options, args)) : error;
  } finally {
    await rm(kubeconfigFile, { force: true });
    claimed.release();
  }
}

/** On a busy machine. What comes later is a Ctrl-C of its own. */
const npmIsLateMs = 2_000;

/** Aborts at the first Ctrl-C; the second does not wait. The process inside then ends the cluster by itself. */
function stopping(): AbortController {
  const controller = new AbortController();
  // npm passes on the Ctrl-C that the terminal has sent us already.
  const heardOfOne = process.env['npm_lifecycle_event'] === undefined ? 1 : 2;
  let heard = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      heard += 1;
      if (heard > heardOfOne || performance.now() - firstAt > npmIsLateMs) process.exit(130);
      if (heard > 1) return;
      firstAt = performance.now();
      terminal.say('\nStopping. Ctrl-C again does not wait.');
      controller.abort();
    });
  }
  const { npm_lifecycle_event: event, npm_lifecycle_script: script } = process.env;
  if (event === 'start' && script !== undefined) stopWith(orphaned(process.pid, script, look), controller);
  return controller;
}

/** Nobody is left who could press Ctrl-C. */
function stopWith(isOrphaned: () => boolean, controller: AbortController): void {
  const timer = setInterval(() => {
    if (!isOrphaned()) return;
    clearInterval(timer);
    terminal.say('\nnpm has been killed. Stopping.');
    controller.abort();
  }, 1000);
  timer.unref();
}

function say(text: string, code: number): number {
  terminal.say(text);
  return code;
}

// Not left to Node, which waits for its handles to close: with HTTP/2 sessions that were cut off it can do so for ever.
process.exit(await main().catch((error: Error) => say(error.message, 1)));
