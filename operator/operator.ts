import { noTracer, type Tracer } from '#tracing/tracer.ts';
import { type AttemptOptions, attempt } from './attempt.ts';
import { event } from './build/event.ts';
import { ownSelector } from './build/labels.ts';
import type { KubeClient } from './cluster/client.ts';
import { type Cluster, keyOfOwned, ownKey, cluster as seeCluster } from './cluster/cluster.ts';
import { measuredClient } from './cluster/measured-client.ts';
import { defaultWorkers, queue } from './cluster/queue.ts';
import type { Config } from './config.ts';
import type { ShownAudience } from './decide/audience.ts';
import type { Transition } from './decide/transitions.ts';
import { hostPorts } from './host-ports.ts';
import type { KubeObject } from './kube.ts';
import type { Log } from './log.ts';
import { monitoring } from './monitoring.ts';
import { type RoomDependencies, reconcileRoom } from './reconcile.ts';
import { type NamespaceDependencies, reconcileNamespace } from './reconcile-namespace.ts';
import { type OwnDependencies, reconcileOwn } from './reconcile-own.ts';
import { type StatsOptions, stats } from './stats.ts';
import { telemetry } from './telemetry.ts';

export interface OperatorOptions {
  readonly client: KubeClient;
  readonly config: Config;
  readonly log: Log;
  readonly tracer?: Tracer;
  /** Name of this operator in Events. */
  readonly instance: string;
  /** Where this operator is installed; absent, it is not monitored itself. */
  readonly namespace?: string;
  /** A new secret token. */
  readonly newToken: () => string;
  readonly now?: () => number;
  readonly discoverEveryMs?: number;
  readonly statsEveryMs?: number;
  readonly askStats?: StatsOptions['ask'];
}

/** The operator at work. It begins to write when it has seen all there is. */
export function operator(options: OperatorOptions) {
  const { config, log, instance, newToken, tracer = noTracer, now = Date.now } = options;
  const shown = new Map<string, ShownAudience>();
  let isReady = false;

  const measured = telemetry({
    rooms: () => cluster.rooms(),
    hostPorts: () => ports.count(),
    watches: () => cluster.watches(),
    queue: () => work.seen(),
    isActing: () => isReady,
    workers: defaultWorkers,
    host: options.client.host,
    now,
  });
  const client = measuredClient(options.client, measured.apiRequest, () => performance.now());

  const cluster = seeCluster({
    client,
    tracer,
    ...(config.defaults && { defaults: config.defaults }),
    ownSelector,
    onKey: (key) => work.add(key),
    onError: (error) => log.warn('watching failed and is tried again', { error }),
    now,
    ...(options.discoverEveryMs && { discoverEveryMs: options.discoverEveryMs }),
  });
  const audience = stats({
    pods: cluster.pods,
    onNews: (pod) => work.add(keyOfOwned(pod)),
    ...(options.statsEveryMs && { everyMs: options.statsEveryMs }),
    ...(options.askStats && { ask: options.askStats }),
    onAsked: measured.podAsked,
  });
  const ports = hostPorts(cluster, config.hostPorts);
  const tell = teller(cluster, { log, now, instance });
  const dependencies = {
    cluster,
    config,
    log,
    hostPorts: ports,
    isBusy: audience.isBusy,
    askNow: audience.askNow,
    audience: audience.audience,
    monitoring: monitoring({ cluster, tell }),
    onRoom: (key: string) => work.add(key),
    shown,
    newToken,
    now,
    tell,
  };

  const reconcile = reconcilers(options.namespace, dependencies);
  const tryKey = attempt({ reconcile, meter: measured.reconcile, tracer, log });

  const work = queue({
    work: (key) => cluster.synced.then(() => tryKey(key)),
    onError: (key, error) => log.error('a reconcile threw', { key, error }),
    meter: measured.queue,
  });
  const synced = cluster.synced.then(() => {
    isReady = true;
  });

  return {
    synced,
    isReady: () => isReady,
    registry: measured.registry,
    /** Final. Resolves when the work under way has ended. */
    async stop(): Promise<void> {
      cluster.stop();
      await Promise.all([work.stop(), audience.stop()]);
    },
  };
}

/** What each controller does with a key. `namespace` is the operator's own. */
const reconcilers = (
  namespace: string | undefined,
  dependencies: RoomDependencies & NamespaceDependencies & OwnDependencies,
): AttemptOptions['reconcile'] => ({
  liveroom: (key) => reconcileRoom(key, dependencies),
  namespace: (key) => (key === ownKey ? reconcileOwn(namespace, dependencies) : reconcileNamespace(key, dependencies)),
});

/** Writes Events. One that cannot be written is no reason to reconcile again. */
const teller =
  (
    cluster: Pick<Cluster, 'create'>,
    { log, now, instance }: Pick<OperatorOptions, 'log' | 'instance'> & { now: () => number },
  ) =>
  async (object: KubeObject, news: Transition): Promise<void> => {
    const { kind, metadata } = object;
    log.info(news.message, { [kind]: `${metadata.namespace}/${metadata.name}`, reason: news.reason });
    await cluster
      .create(event(object, news, { nowMs: now(), instance }), () => true)
      .catch((error) => log.warn('an Event could not be written', { error }));
  };
