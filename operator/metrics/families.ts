import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';
import { familyText, type Label, type Series } from './family-text.ts';

/** Makes metrics of families. */
export type Families = ReturnType<typeof families>;

export function families(registry: Registry) {
  const names = new Set<string>();
  const readings: (() => string)[] = [];

  /** Two metrics of one family would be no exposition. Of those that are read, prom-client cannot tell. */
  function take({ name }: Family): void {
    if (names.has(name)) throw new Error(`there are two metrics ${name}`);
    names.add(name);
  }

  function settings<F extends Family>(family: F) {
    take(family);
    const { name, help, labels } = family;
    return { name, help, labelNames: Object.keys(labels) as Label<F>[], registers: [registry] };
  }

  return {
    counter: <const F extends Family>(family: F) => new Counter(settings(family)),
    histogram: <const F extends Family>(family: F) =>
      new Histogram({ ...settings(family), buckets: [...(family.buckets ?? [])] }),
    gauge: <const F extends Family>(family: F) => new Gauge(settings(family)),
    /** A counter or gauge that is read when it is scraped: `series` are the series that there are then. */
    read: <const F extends Family>(family: F, series: () => Iterable<Series<F>>): void => {
      take(family);
      readings.push(() => familyText(family, series()));
    },
    /** What a scrape gets: all of the registry, and what is read. */
    exposition: {
      contentType: registry.contentType,
      metrics: async () => `${await registry.metrics()}\n${readings.map((text) => `${text()}\n`).join('\n')}`,
    },
  };
}
