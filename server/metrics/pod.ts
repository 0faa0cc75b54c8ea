import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import { metric, version } from '#crds/contract.ts';
import type { Status } from '../status.ts';

/** The process itself: memory, CPU, event loop, garbage collection, release, draining. */
export function podMetrics(registry: Registry, seen: () => Status) {
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: metric.draining,
    help: 'Whether the pod takes no new sessions because it is going.',
    registers: [registry],
    collect() {
      this.set(seen().isDraining ? 1 : 0);
    },
  });
  new Gauge({
    name: metric.buildInfo,
    help: 'The release that runs; always 1.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}
