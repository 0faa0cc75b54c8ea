import { podMetric } from '#crds/pod-metrics.ts';
import type { Status } from '../observation/status.ts';
import type { Families } from './families.ts';

/** What the probes' checks found. */
export function healthMetrics(families: Families, seen: () => Status) {
  families.gauge(podMetric.healthStatus, (gauge) => {
    for (const { name, fault } of seen().health) gauge.set({ check: name }, fault === undefined ? 1 : 0);
  });
  families.gauge(podMetric.healthTime, (gauge) => {
    for (const { name, seconds } of seen().health) gauge.set({ check: name }, seconds);
  });
}
