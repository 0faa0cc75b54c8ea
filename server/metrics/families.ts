import { Gauge } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';
import { roomNames } from '../room/room-id.ts';
import { type CountedCounter, type CountedHistogram, countedCounter, countedHistogram } from './counted.ts';
import type { MetricsRegistry } from './exposition.ts';

type Label<F extends Family> = Extract<keyof F['labels'], string>;

/** Makes what metrics are told to of families, with what the installation puts before their names. */
export interface Families {
  /** `collect` is called at each scrape, before the family is written. */
  counter<const F extends Family>(family: F, collect?: (counter: CountedCounter<F>) => void): CountedCounter<F>;
  gauge<const F extends Family>(family: F, collect?: (gauge: Gauge<Label<F>>) => void): Gauge<Label<F>>;
  histogram<const F extends Family>(family: F): CountedHistogram<F>;
  /** Takes away what was counted of rooms other than these. */
  keepOnly(rooms: ReadonlySet<string>): void;
  readonly registry: MetricsRegistry;
  readonly prefix: string;
}

export function families(registry: MetricsRegistry, prefix = ''): Families {
  const at = { registry, prefix };
  const counted: { keepOnly(rooms: ReadonlySet<string>): void }[] = [];
  const kept = <M extends (typeof counted)[number]>(metric: M): M => {
    counted.push(metric);
    return metric;
  };
  return {
    ...at,
    counter: (family, collect) => kept(countedCounter(at, family, collect)),
    gauge: <F extends Family>(family: F, collect?: (gauge: Gauge<Label<F>>) => void) =>
      new Gauge({
        name: `${prefix}${family.name}`,
        help: family.help,
        labelNames: Object.keys(family.labels) as Label<F>[],
        registers: [registry],
        ...collecting(collect),
      }),
    histogram: (family) => kept(countedHistogram(at, family)),
    keepOnly: (rooms) => {
      for (const metric of counted) metric.keepOnly(rooms);
    },
  };
}

/** prom-client hands the metric over as `this`. */
const collecting = <M>(collect: ((metric: M) => void) | undefined) =>
  collect && {
    collect(this: M) {
      collect(this);
    },
  };

/** A room's label is its name alone: the namespace is a label of the scrape's target. `room` is `namespace/name`. */
export const roomLabel = (room: string) => roomNames(room).name;
