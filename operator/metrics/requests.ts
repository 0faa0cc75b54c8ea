import { operatorMetric } from '#crds/operator-metrics.ts';
import type { RequestMeter } from '../cluster/client/measured-client.ts';
import type { StatsOptions } from '../stats/stats.ts';
import type { Families } from './families.ts';

/** Requests to the API server at `host`. */
export function apiMetrics(make: Families, host: string): RequestMeter {
  const total = make.counter(operatorMetric.apiRequests);
  const time = make.histogram(operatorMetric.apiRequestTime);
  return (method, code, ms) => {
    total.inc({ code: code === undefined ? '<error>' : String(code), method, host });
    time.observe({ verb: method, host }, ms / 1000);
  };
}

/** Requests to pods for their statistics. */
export function podRequestMetrics(make: Families): NonNullable<StatsOptions['onAsked']> {
  const time = make.histogram(operatorMetric.podRequestTime);
  const errors = make.counter(operatorMetric.podRequestErrors);
  return ({ tookMs, failed }) => {
    time.observe(tookMs / 1000);
    if (failed) errors.inc();
  };
}
