import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { operatorMetric } from '#crds/contract.ts';

/** As controller-runtime calls them. */
export type Controller = 'liveroom' | 'namespace';
export type ReconcileResult = 'success' | 'error' | 'requeue_after';

/** What the operator says of itself; `rooms` is asked when it is scraped. */
export function telemetry(rooms: () => number) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const reconciles = new Counter({
    name: operatorMetric.reconciles,
    help: 'Reconciliations by controller and result.',
    labelNames: ['controller', 'result'],
    registers: [registry],
  });
  new Gauge({
    name: operatorMetric.rooms,
    help: 'LiveRooms that the operator knows.',
    registers: [registry],
    collect() {
      this.set(rooms());
    },
  });
  return {
    registry,
    reconciled: (controller: Controller, result: ReconcileResult) => reconciles.inc({ controller, result }),
  };
}
