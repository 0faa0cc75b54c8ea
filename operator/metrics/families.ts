import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';

type Label<F extends Family> = Extract<keyof F['labels'], string>;

/** Makes prom-client's objects of families. */
export type Families = ReturnType<typeof families>;

export function families(registry: Registry) {
  const settings = <F extends Family>({ name, help, labels }: F) => ({
    name,
    help,
    labelNames: Object.keys(labels) as Label<F>[],
    registers: [registry],
  });
  return {
    counter: <const F extends Family>(family: F) => new Counter(settings(family)),
    histogram: <const F extends Family>(family: F) =>
      new Histogram({ ...settings(family), buckets: [...(family.buckets ?? [])] }),
    gauge: <const F extends Family>(family: F) => new Gauge(settings(family)),
    /** A counter or gauge that is read when it is scraped: `series` are the series that there are then. */
    read: <const F extends Family>(family: F, series: () => readonly Series<F>[]) => {
      const write = (metric: Counter<Label<F>> | Gauge<Label<F>>) => {
        metric.reset();
        for (const [labels, value] of series()) metric.inc(labels, value);
      };
      return family.type === 'counter'
        ? new Counter({ ...settings(family), collect: collect(write) })
        : new Gauge({ ...settings(family), collect: collect(write) });
    },
  };
}

/** One series: its labels and its value. */
export type Series<F extends Family> = readonly [labels: Readonly<Record<Label<F>, string>>, value: number];

const collect = <M>(write: (metric: M) => void) =>
  function (this: M) {
    write(this);
  };
