import { httpMetric } from '#crds/http-metrics.ts';
import { podMetric } from '#crds/pod-metrics.ts';
import type { Meter } from '../meter.ts';
import type { Families } from './families.ts';

/** Faults of the server's own. */
export function errorMetrics(families: Families): Partial<Meter> {
  const errors = families.counter(httpMetric.errors);
  for (const type of httpMetric.errors.labels.type) errors.inc({ type }, 0);
  const uncaught = families.counter(podMetric.uncaughtErrors);
  return {
    failed: (type) => {
      errors.inc({ type });
      if (type === 'Uncaught') uncaught.inc({});
    },
  };
}
