import { operatorMetric } from '#crds/operator-metrics.ts';
import type { Failure } from '../errors.ts';
import type { Families } from './families.ts';

type Labels = (typeof operatorMetric)['reconciles']['labels'];
/** As controller-runtime calls them. */
export type Controller = Labels['controller'][number];
export type ReconcileResult = Labels['result'][number];

/** Counts a reconcile that begins; what it returns is to be called when that has ended. */
export type ReconcileMeter = (controller: Controller) => (result: ReconcileResult, failure?: Failure) => void;

/** `workers` is how many there are for all controllers. */
export function reconcileMetrics(make: Families, workers: number, nowMs: () => number): ReconcileMeter {
  const total = make.counter(operatorMetric.reconciles);
  const errors = make.counter(operatorMetric.reconcileErrors);
  const terminal = make.counter(operatorMetric.terminalErrors);
  const panics = make.counter(operatorMetric.reconcilePanics);
  const time = make.histogram(operatorMetric.reconcileTime);
  const active = make.gauge(operatorMetric.activeWorkers);
  const most = make.gauge(operatorMetric.maxConcurrentReconciles);
  const { controller: controllers, result: results } = operatorMetric.reconciles.labels;
  for (const controller of controllers) {
    for (const result of results) total.inc({ controller, result }, 0);
    for (const counter of [errors, terminal, panics]) counter.inc({ controller }, 0);
    time.zero({ controller });
    active.set({ controller }, 0);
    most.set({ controller }, workers);
  }
  return (controller) => {
    const beganMs = nowMs();
    active.inc({ controller });
    return (result, failure) => {
      active.dec({ controller });
      time.observe({ controller }, (nowMs() - beganMs) / 1000);
      total.inc({ controller, result });
      if (result === 'error') errors.inc({ controller });
      if (failure === 'Invalid') terminal.inc({ controller });
      if (failure === 'Bug') panics.inc({ controller });
    };
  };
}
