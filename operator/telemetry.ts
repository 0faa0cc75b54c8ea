import { collectDefaultMetrics, Registry } from 'prom-client';
import { appName, version } from '#crds/contract.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import type { QueueSeen } from './cluster/queue/queue.ts';
import type { Watch } from './cluster/watch/watch.ts';
import { families } from './metrics/families.ts';
import { queueMetrics } from './metrics/queue.ts';
import { reconcileMetrics } from './metrics/reconciles.ts';
import { apiMetrics, podRequestMetrics } from './metrics/requests.ts';
import { type RoomsSeen, roomMetrics } from './metrics/rooms.ts';
import { watchMetrics } from './metrics/watches.ts';

/** What the operator says of itself; all functions are asked when it is scraped. */
export interface OperatorSeen extends RoomsSeen {
  queue(): QueueSeen;
  watches(): readonly Watch[];
  /** Whether this operator is at work. */
  readonly isActing: () => boolean;
  /** Keys that can be worked on at the same time. */
  readonly workers: number;
  /** Of the API server. */
  readonly host: string;
  /** The clock of the reflectors. */
  readonly now: () => number;
}

/** How long Node waits between two looks for the event loop's lag: that much of each is none. */
export const lagPrecisionMs = 10;

/** What a scrape gets, and the meters that are told of what happens. */
export function telemetry(seen: OperatorSeen) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagPrecisionMs });
  const make = families(registry);
  make.gauge(operatorMetric.buildInfo).set({ version, node: process.version }, 1);
  make.read(operatorMetric.masterStatus, () => [[{ name: appName.operator }, seen.isActing() ? 1 : 0]]);
  roomMetrics(make, seen);
  watchMetrics(make, seen.watches, seen.now);
  return {
    exposition: make.exposition,
    reconcile: reconcileMetrics(make, seen.workers, () => performance.now()),
    queue: queueMetrics(make, seen.queue),
    apiRequest: apiMetrics(make, seen.host),
    podAsked: podRequestMetrics(make),
  };
}
