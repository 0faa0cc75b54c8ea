import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';
import { familyText, type Label, type Series } from './family-text.ts';

/** Makes metrics of families. */
export type Families = ReturnType<typeof families>;

export function families(registry: Registry) {
  const settings = <F extends Family>({ name, help, labels }: F) => ({
    name,
    help,
    labelNames: Object.keys(labels) as Label<F>[],
    registers: [registry],
  });
  const readings: (() => string)[] = [];
  return {
    counter: <const F extends Family>(family: F) => new Counter(settings(family)),
    histogram: <const F extends Family>(family: F) =>
      new Histogram({ ...settings(family), buckets: [...(family.buckets ?? [])] }),
    gauge: <const F extends Family>(family: F) => new Gauge(settings(family)),
    /** A counter or gauge that is read when it is scraped: `series` are the series that there are then. */
    read: <const F extends Family>(family: F, series: () => Iterable<Series<F>>): void => {
      readings.push(() => familyText(family, series()));
    },
    /** What a scrape gets: all of the registry, and what is read. */
    exposition: {
      contentType: registry.contentType,
      metrics: async () => `${await registry.metrics()}\n${readings.map((text) => `${text()}\n`).join('\n')}`,
    },
  };
}
