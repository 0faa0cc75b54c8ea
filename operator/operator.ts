import { AsyncLocalStorage } from 'node:async_hooks';
import type { LiveRoom } from '#crds/liveroom.ts';
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import { attempt } from './attempt.ts';
import { ownSelector } from './build/labels.ts';
import type { KubeClient } from './cluster/client/client.ts';
import { orderlyClient } from './cluster/client/orderly-client.ts';
import { tracedClient } from './cluster/client/traced-client.ts';
import { eventWriter } from './cluster/client/writes.ts';
import { type Cluster, type ClusterOptions, cluster as seeCluster } from './cluster/cluster.ts';
import { keyOfOwned, roomKey } from './cluster/keys.ts';
import type { Outcome } from './cluster/queue/outcome.ts';
import { defaultWorkers, type Queue, type QueueMeter, queue } from './cluster/queue/queue.ts';
import type { Terms } from './cluster/queue/urgency.ts';
import type { Config } from './config.ts';
import { controllers } from './controllers.ts';
import { isShownLive, type ShownAudience } from './decide/audience.ts';
import type { Transition } from './decide/transitions.ts';
import { health, turnsToLog } from './health.ts';
import type { KubeObject } from './kube.ts';
import { type Log, scopedLog } from './log.ts';
import { hostPorts } from './room/host-ports.ts';
import { monitoring } from './room/monitoring.ts';
import { newborns } from './room/newborns.ts';
import { restarts } from './room/restarts.ts';
import { rollouts } from './room/rollouts.ts';
import { sharedKeys } from './room/shared-keys.ts';
import { tokensSeen } from './room/tokens-seen.ts';
import { stages } from './stages.ts';
import { type StatsOptions, stats } from './stats/stats.ts';
import { telemetry } from './telemetry.ts';
import { teller } from './teller.ts';

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
  /**
   * Resolves when this operator is the one that acts, if to an object, to what makes it so. Until then it watches, and
   * changes nothing. Default at once.
   */
  readonly lead?: Promise<KubeObject> | Promise<void>;
  /** Whether it still is, asked before each write. Default always. */
  readonly mayWrite?: () => boolean;
  readonly now?: () => number;
  readonly discoverEveryMs?: number;
  readonly compareEveryMs?: number;
  readonly refusedForMs?: number;
  readonly statsEveryMs?: number;
  readonly askStats?: StatsOptions['ask'];
}

/** The operator at work. It begins to write when it has seen all there is, and leads. */
export function operator(options: OperatorOptions) {
  const { config, instance, newToken, tracer = noTracer, now = Date.now, mayWrite = () => true } = options;
  const log = scopedLog(options.log);
  const terms = new AsyncLocalStorage<Terms>();
  const crashes = restarts();
  const isActing = () => progress.hasBegun() && mayWrite();

  const measured = telemetry({
    // What all replicas know, one tells.
    rooms: () => (isActing() ? cluster.rooms() : []),
    hostPorts: () => (isActing() ? ports.count() : { used: 0, free: 0 }),
    restarts: crashes.totals,
    watches: () => cluster.watches(),
    queue: () => work.seen(),
    isActing,
    workers: defaultWorkers,
    host: options.client.host,
    now: () => performance.now(),
  });
  const order = { meter: measured.apiRequest, rate: config.apiRequests, mayWrite, terms };
  const client = orderlyClient(options.client, order);

  const cluster = watched(options, {
    client,
    onKey(key, urgency = 'Edit') {
      if (isAtWork()) work.add(key, { urgency });
    },
    onRefused: () => lookAt(cluster.rooms()),
  });
  // One that is held up by what it may not look at has the rooms say so.
  const isAtWork = () => progress.hasBegun() || (progress.isLeading() && cluster.unseen().size > 0);
  const lookAt = (rooms: readonly LiveRoom[]) => isAtWork() && rooms.map(roomKey).forEach(lookAgain);
  // Nobody edited these rooms, and there may be thousands.
  const lookAgain = (key: string) => work.add(key, { urgency: 'Resync' });
  const audience = stats({
    pods: () => (isActing() ? podsOfOurs(cluster) : []),
    wasLive: (pod) => isShownLive(cluster.room(keyOfOwned(pod))),
    onNews: (pod) => lookAgain(keyOfOwned(pod)),
    ...pollingOf(options),
    onAsked: measured.podAsked,
  });
  const ports = hostPorts(cluster, config.hostPorts, now);
  const ending = new AbortController();
  const onRefused = (namespace: string) => lookAt(cluster.roomsIn(namespace));
  const telling = { log, now, instance, ended: ending.signal, onRefused };
  const told = teller(eventWriter(tracedClient(client, tracer)), telling);
  const reconcile = controllers(options.namespace, {
    ...memory(config, { cluster, now, newToken, onRoom: lookAgain, tell: told.tell }),
    ...told,
    ...{ cluster, config, log, now, onRoom: lookAgain },
    hostPorts: ports,
    askNow: audience.askNow,
    audience: audience.audience,
    restarts: crashes,
    newToken,
    hasBegun: () => progress.hasBegun(),
  });
  const tryKey = attempt({ reconcile, meter: measured.reconcile, tracer, log });
  const work = workQueue(tryKey, terms, { log, meter: measured.queue });
  const progress = stages(cluster.synced, options.lead, (lease) => {
    if (lease) void told.tell(lease, newsOfLeader(instance));
    for (const key of cluster.keys()) lookAgain(key);
  });
  void progress.leading.then(() => lookAt(cluster.unseen().size > 0 ? cluster.rooms() : []));

  return {
    ...progress,
    /** What a scrape gets. */
    exposition: measured.exposition,
    health: health({ ...progress, watches: cluster.watches, workMs: () => work.seen().workMs }, turnsToLog(log)),
    /** Final. Resolves when the work under way has ended, which after `graceMs` is told to. */
    async stop(graceMs?: number): Promise<void> {
      cluster.stop();
      ending.abort();
      await Promise.all([work.stop(graceMs), audience.stop()]);
    },
  };
}

const newsOfLeader = (instance: string): Transition => ({
  type: 'Normal',
  reason: 'LeaderElection',
  message: `${instance} became leader`,
});

const watched = (options: OperatorOptions, given: Pick<ClusterOptions, 'client' | 'onKey' | 'onRefused'>): Cluster =>
  seeCluster({
    ...given,
    ...(options.tracer && { tracer: options.tracer }),
    ownSelector,
    ...scopeOf(options),
    onError: (error) => options.log.warn('watching failed and is tried again', { error }),
    ...(options.now && { now: options.now }),
    ...(options.discoverEveryMs && { discoverEveryMs: options.discoverEveryMs }),
    ...(options.compareEveryMs && { compareEveryMs: options.compareEveryMs }),
    ...(options.refusedForMs && { refusedForMs: options.refusedForMs }),
  });

const pollingOf = ({ statsEveryMs, askStats }: OperatorOptions) => ({
  ...(statsEveryMs && { everyMs: statsEveryMs }),
  ...(askStats && { ask: askStats }),
});

/** Whatever the work on a key asks of the API server, it asks on the terms of that work. */
const workQueue = (
  tryKey: (key: string) => Promise<Outcome>,
  terms: AsyncLocalStorage<Terms>,
  { log, meter }: { readonly log: Log; readonly meter: QueueMeter },
): Queue =>
  queue({
    work: (key, its) => terms.run(its, () => tryKey(key)),
    onError(key, error) {
      const [namespace, room] = key.split('/');
      log.error('a reconcile threw', { namespace, room, error });
    },
    meter,
  });

interface Hands {
  readonly cluster: Cluster;
  readonly now: () => number;
  readonly newToken: () => string;
  readonly onRoom: (key: string) => void;
  readonly tell: ReturnType<typeof teller>['tell'];
}

/** What is kept of rooms, and lost with the operator. */
const memory = (config: Config, { cluster, now, newToken, onRoom, tell }: Hands) => ({
  monitoring: monitoring({ cluster, tell }),
  sharedKeys: sharedKeys({ cluster, newToken, now }),
  rollouts: rollouts({ ...config.rollouts, onTurn: onRoom }),
  shown: new Map<string, ShownAudience>(),
  tokensSeen: tokensSeen(now),
  newborns: newborns(now),
});

/** Which rooms this operator looks after, and what they get. */
const scopeOf = ({ config: { id, namespaces, defaults }, namespace }: OperatorOptions) => ({
  ...(id && { id }),
  ...(namespaces && { namespaces }),
  ...(namespace && { home: namespace }),
  ...(defaults && { defaults }),
});

const podsOfOurs = (cluster: Cluster) => [...cluster.pods()].filter((pod) => !cluster.isOthers(keyOfOwned(pod)));
