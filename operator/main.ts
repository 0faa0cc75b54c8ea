import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { appName, port } from '#crds/contract.ts';
import { startTracing } from '#tracing/start.ts';
import { type ClientConfig, kubeClient } from './cluster/client/client.ts';
import { clientConfigFromFile, clientConfigInCluster } from './cluster/client/kube-config.ts';
import { reconnectingClient } from './cluster/client/reconnecting-client.ts';
import { type Election, leaderElection } from './cluster/lease/leader-election.ts';
import { unelectedEnded } from './cluster/lease/unelected.ts';
import type { Config } from './config.ts';
import { configFrom } from './config-file.ts';
import { internalServer } from './internal-server.ts';
import { jsonLog, type Level, type Log, levels } from './log.ts';
import { operator } from './operator.ts';

const usage = `Usage: node operator/main.ts [--help]

Makes of each LiveRoom of the cluster what its spec says.

Environment:
  CONFIG_FILE         the operator's configuration, a YAML file (required)
  KUBECONFIG          a kubeconfig file; without it the pod's ServiceAccount is used
  SERVICEACCOUNT_DIR  where that account's files are
                      (default /var/run/secrets/kubernetes.io/serviceaccount)
  POD_IP              the address for probes and metrics, port ${port.internal} (default 127.0.0.1)
  POD_NAME            this operator's name as a leader, and in Events (default: the host's name)
  POD_NAMESPACE       where its Lease is, and its own ServiceMonitor and PrometheusRule
                      (default: nowhere; it then acts without asking whether another does)
  LOG_LEVEL           ${levels.join(', ')} (default info)
  OTEL_EXPORTER_OTLP_ENDPOINT
                      where traces go, such as http://otel-collector:4317 (default: none are made);
                      OpenTelemetry's other variables count too
`;

const { env } = process;
const instance = env['POD_NAME'] ?? hostname();
const namespace = env['POD_NAMESPACE'];

/** What is wrong with how it was started, for a person to read. */
class StartError extends Error {}

function required(name: string): string {
  const value = env[name];
  if (value) return value;
  throw new StartError(`${name} is not set. See --help.`);
}

async function readConfig() {
  const path = required('CONFIG_FILE');
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new StartError(`CONFIG_FILE: ${error.message}`);
  });
  return configFrom(text);
}

async function clientConfig(): Promise<ClientConfig> {
  if (env['KUBECONFIG']) return await clientConfigFromFile(env['KUBECONFIG']);
  return await clientConfigInCluster({
    host: required('KUBERNETES_SERVICE_HOST'),
    port: required('KUBERNETES_SERVICE_PORT'),
    serviceAccountDir: env['SERVICEACCOUNT_DIR'] ?? '/var/run/secrets/kubernetes.io/serviceaccount',
  });
}

function logLevel(): Level {
  const given = env['LOG_LEVEL'] ?? 'info';
  const level = levels.find((name) => name === given);
  if (level === undefined) throw new StartError(`LOG_LEVEL is ${given}; it must be one of ${levels.join(', ')}`);
  return level;
}

/** How long the work under way may take to end by itself when the operator does, and how long in all; in ms. */
const end = { graceMs: 700, mostMs: 1_000 } as const;

/** With connections of its own: no other request can hold up a renewal. */
async function candidacy(namespace: string, config: Config, log: Log): Promise<Election & { close(): Promise<void> }> {
  const client = reconnectingClient(await clientConfig());
  const election = leaderElection({
    client,
    namespace,
    name: config.id === undefined ? appName.operator : `${appName.operator}-${config.id}`,
    identity: instance,
    timing: config.leaderElection,
    now: () => performance.now(),
    wallClock: Date.now,
    onSilence: client.reconnect,
    mayTake: (signal) => unelectedEnded(client, { namespace, wallMs: Date.now(), signal }),
    onError: (error) => log.warn('the Lease could not be taken or renewed, which is tried again', { error }),
  });
  return { ...election, close: () => client.close() };
}

async function start(): Promise<void> {
  // Before a Lease may be taken: whoever is told to end meanwhile gives it back.
  const told = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, told.resolve);

  const log = jsonLog({ level: logLevel(), write: (line) => process.stdout.write(line), now: Date.now });
  const config = await readConfig();
  const client = kubeClient(await clientConfig());
  const tracing = await startTracing({ env, service: appName.operator, log });
  const election = namespace ? await candidacy(namespace, config, log) : undefined;
  const running = operator({
    client,
    config,
    log,
    tracer: tracing.tracer,
    instance,
    ...(namespace && { namespace }),
    ...(election && { lead: election.acquired, mayWrite: election.isLeader }),
    newToken: () => randomBytes(24).toString('base64url'),
  });
  const server = await internalServer({
    host: env['POD_IP'] ?? '127.0.0.1',
    port: port.internal,
    health: running.health,
    metrics: running.exposition,
  }).catch(async (error) => {
    await election?.release();
    throw error;
  });

  const stop = async (signal: NodeJS.Signals) => {
    log.info('stopping', { signal });
    await Promise.race([running.stop(end.graceMs), sleep(end.mostMs, undefined, { ref: false })]);
    await election?.release();
    await Promise.all([client.close(), election?.close(), tracing.stop()]);
    server.close();
    server.closeAllConnections();
    // Left to itself, Node waits for its handles to close; with HTTP/2 sessions that were cut off it can do so for ever.
    process.exit(0);
  };
  void told.promise.then(stop);

  void election?.lost.then((error) => {
    log.error('another may act from now on, so this operator ends', { error });
    process.exit(1);
  });

  log.info('started', { config });
  await running.synced;
  log.info('everything is listed');
}

if (process.argv.includes('--help')) process.stdout.write(usage);
else
  await start().catch((error: Error) => {
    process.stderr.write(`liveroom-operator: ${error.message}\n`);
    process.exit(1);
  });
