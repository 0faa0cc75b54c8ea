import { noTracer, type Tracer } from '#tracing/tracer.ts';
import { attempt } from './attempt.ts';
import { event } from './build/event.ts';
import { ownSelector } from './build/labels.ts';
import type { KubeClient } from './cluster/client.ts';
import { keyOfOwned, ownKey, cluster as seeCluster } from './cluster/cluster.ts';
import { queue } from './cluster/queue.ts';
import type { Config } from './config.ts';
import type { ShownAudience } from './decide/audience.ts';
import type { Transition } from './decide/transitions.ts';
import { hostPorts } from './host-ports.ts';
import type { KubeObject } from './kube.ts';
import type { Log } from './log.ts';
import { monitoring } from './monitoring.ts';
import { reconcileRoom } from './reconcile.ts';
import { reconcileNamespace } from './reconcile-namespace.ts';
import { reconcileOwn } from './reconcile-own.ts';
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
  const { client, config, log, instance, newToken, tracer = noTracer, now = Date.now } = options;
  const shown = new Map<string, ShownAudience>();
  let isReady = false;

  const cluster = seeCluster({
    client,
    tracer,
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
  });
  const measured = telemetry(() => [...cluster.rooms()].length);
  const dependencies = {
    cluster,
    config,
    log,
    hostPorts: hostPorts(cluster, config.hostPorts),
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

  /** An Event that cannot be written is no reason to reconcile again. */
  async function tell(object: KubeObject, news: Transition): Promise<void> {
    const { kind, metadata } = object;
    log.info(news.message, { [kind]: `${metadata.namespace}/${metadata.name}`, reason: news.reason });
    await cluster
      .create(event(object, news, { nowMs: now(), instance }), () => true)
      .catch((error) => log.warn('an Event could not be written', { error }));
  }

  const reconcile = attempt({
    reconcile: {
      liveroom: (key) => reconcileRoom(key, dependencies),
      namespace: (key) =>
        key === ownKey ? reconcileOwn(options.namespace, dependencies) : reconcileNamespace(key, dependencies),
    },
    reconciled: measured.reconciled,
    tracer,
    log,
  });

  const work = queue({
    work: (key) => cluster.synced.then(() => reconcile(key)),
    onError: (key, error) => log.error('a reconcile threw', { key, error }),
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
