import { collectDefaultMetrics } from 'prom-client';
import { version } from '#crds/contract.ts';
import { podMetric } from '#crds/pod-metrics.ts';
import type { Status } from '../observation/status.ts';
import type { Families } from './families.ts';

/** The server as a whole: its release and age, whether it takes sessions, and what it holds. */
export function podMetrics(families: Families, seen: () => Status) {
  families.gauge(podMetric.buildInfo).set({ version, node: process.version }, 1);
  families.gauge(podMetric.uptime, (gauge) => gauge.set(Math.max(0, seen().nowMs - seen().startedMs) / 1000));
  families.gauge(podMetric.draining, (gauge) => gauge.set(seen().isDraining ? 1 : 0));
  families.gauge(podMetric.accepting, (gauge) => gauge.set(seen().isAccepting ? 1 : 0));
  families.gauge(podMetric.busy, (gauge) => gauge.set(seen().isBusy ? 1 : 0));
  families.gauge(podMetric.drainRemaining, (gauge) => gauge.set(seen().isDraining ? seen().sessions : 0));
  families.gauge(podMetric.drainTime, (gauge) => gauge.set(seen().drainLeftMs / 1000));
  families.counter(podMetric.threadMessages, (counter) => {
    const { toMedia, toMain } = seen().media.messages;
    counter.reset();
    counter.inc({ direction: 'to_media' }, toMedia);
    counter.inc({ direction: 'to_main' }, toMain);
  });
  families.gauge(podMetric.debugObjects, (gauge) => {
    const { rooms, sessions, media } = seen();
    const resources = process.getActiveResourcesInfo();
    gauge.set({ type: 'room' }, rooms.length);
    gauge.set({ type: 'session' }, sessions);
    gauge.set({ type: 'transport' }, media.transports);
    gauge.set({ type: 'socket' }, resources.filter((resource) => /Socket|TCP|UDP/.test(resource)).length);
    gauge.set({ type: 'timer' }, resources.filter((resource) => resource === 'Timeout').length);
  });
}

/** The process as prom-client sees it, under the names that Node's dashboards know: `process_*` and `nodejs_*`. */
export const processMetrics = ({ registry, prefix }: Families) => collectDefaultMetrics({ register: registry, prefix });
