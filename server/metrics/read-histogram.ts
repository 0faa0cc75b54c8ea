import { Histogram } from 'prom-client';
import type { Family, LabelsOf } from '#crds/metric-family.ts';
import type { Distribution } from '../media/counts.ts';
import type { MetricsRegistry } from './exposition.ts';
import { readOnly } from './read-only.ts';

/** Where families stand, and what is before their names. */
export interface Registered {
  readonly registry: MetricsRegistry;
  readonly prefix: string;
}

/** One series of a family, as it was counted. */
export type Read<F extends Family> = readonly [labels: LabelsOf<F>, of: Distribution];

/**
 * A histogram whose buckets are filled elsewhere: prom-client can observe values one by one, and has no way to be handed
 * what was counted in another thread. `read` is called at each scrape; `reset` when the registry is reset.
 */
export function readHistogram<const F extends Family>(
  { registry, prefix }: Registered,
  family: F,
  read: () => readonly Read<F>[],
  reset: () => void = () => {},
): void {
  const { help, labels, buckets = [] } = family;
  const name = `${prefix}${family.name}`;
  const filled = new Histogram({ name, help, labelNames: Object.keys(labels), buckets: [...buckets], registers: [] });
  const values = () => read().flatMap(([labels, of]) => samples(name, buckets, labels, of));
  Object.assign(filled, readOnly(name, ['observe', 'zero', 'startTimer', 'labels', 'remove']), {
    reset,
    // Where prom-client takes both text and JSON from.
    getForPromString: async () => ({ name, help, type: 'histogram', values: values() }),
  });
  registry.registerMetric(filled);
}

/** Buckets hold all that is at most their bound, thus each those before it. */
function samples(name: string, bounds: readonly number[], sharedLabels: object, { counts, sum }: Distribution) {
  let count = 0;
  const buckets = [...bounds, '+Inf' as const].map((bound, i) => {
    count += counts[i] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: bound }, sharedLabels, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum },
    { metricName: `${name}_count`, labels: {}, sharedLabels, value: count },
  ];
}
