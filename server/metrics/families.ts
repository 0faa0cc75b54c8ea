import { Counter, Gauge, Histogram } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';
import type { MetricsRegistry } from './exposition.ts';

type Label<F extends Family> = Extract<keyof F['labels'], string>;

/** Makes prom-client's objects of families, with what the installation puts before their names. */
export interface Families {
  /** `collect` is called at each scrape, before the family is written. */
  counter<const F extends Family>(family: F, collect?: (counter: Counter<Label<F>>) => void): Counter<Label<F>>;
  gauge<const F extends Family>(family: F, collect?: (gauge: Gauge<Label<F>>) => void): Gauge<Label<F>>;
  histogram<const F extends Family>(family: F): Histogram<Label<F>>;
  readonly registry: MetricsRegistry;
  readonly prefix: string;
}

export function families(registry: MetricsRegistry, prefix = ''): Families {
  const settings = <F extends Family>({ name, help, labels }: F) => ({
    name: `${prefix}${name}`,
    help,
    labelNames: Object.keys(labels) as Label<F>[],
    registers: [registry],
  });
  return {
    registry,
    prefix,
    counter: (family, collect) => new Counter({ ...settings(family), ...collecting(collect) }),
    gauge: (family, collect) => new Gauge({ ...settings(family), ...collecting(collect) }),
    histogram: (family) => new Histogram({ ...settings(family), buckets: [...(family.buckets ?? [])] }),
  };
}

/** prom-client hands the metric over as `this`. */
const collecting = <M>(collect: ((metric: M) => void) | undefined) =>
  collect && {
    collect(this: M) {
      collect(this);
    },
  };
