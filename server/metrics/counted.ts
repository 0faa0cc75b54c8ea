/**
 * Counters and histograms that are plain numbers until somebody reads them. prom-client makes texts and objects of the
 * labels, and checks them, each time that something is counted, which a join does some twenty times: 40 µs of it.
 */
import { Counter } from 'prom-client';
import type { Family } from '#crds/metric-family.ts';
import type { Distribution } from '../media/counts.ts';
import { type Read, type Registered, readHistogram } from './read-histogram.ts';

export type Label<F extends Family> = Extract<keyof F['labels'], string>;

/** The labels of one series. */
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** What every counted family does. */
interface Counted<L extends string> {
  /** Begins those of a room's series that are not there at zero. Costs next to nothing when called again. */
  begin(room: string, series: () => readonly Labels<L>[]): void;
  /** Takes away what names a room other than these. Series without a room stay. */
  keepOnly(rooms: ReadonlySet<string>): void;
}

export interface CountedCounter<L extends string> extends Counted<L> {
  inc(labels: Labels<L>, by?: number): void;
  /** For those that are counted elsewhere: all series are gone until they are counted anew. */
  reset(): void;
}

export interface CountedHistogram<L extends string> extends Counted<L> {
  observe(labels: Labels<L>, value: number): void;
  /** Begins a series. */
  zero(labels: Labels<L>): void;
}

/** `collect` is called at each scrape, before the family is read. */
export function countedCounter<const F extends Family>(
  { registry, prefix }: Registered,
  family: F,
  collect: (counter: CountedCounter<Label<F>>) => void = () => {},
): CountedCounter<Label<F>> {
  const { help } = family;
  const name = `${prefix}${family.name}`;
  const labelNames = labelsOf(family);
  const series = seriesOf(labelNames, () => ({ count: 0 }));
  const counter: CountedCounter<Label<F>> = {
    inc: (labels, by = 1) => {
      series.at(labels).count += by;
    },
    reset: series.clear,
    ...series,
  };
  const values = () => series.all().map(([labels, { count: value }]) => ({ labels, value }));
  const get = async () => {
    collect(counter);
    return { name, help, type: 'counter', values: values(), aggregator: 'sum' };
  };
  registry.registerMetric(Object.assign(new Counter({ name, help, labelNames, registers: [] }), { get }));
  return counter;
}

export function countedHistogram<const F extends Family>(at: Registered, family: F): CountedHistogram<Label<F>> {
  const { buckets = [] } = family;
  const series = seriesOf(
    labelsOf(family),
    (): Distribution => ({ counts: Array(buckets.length + 1).fill(0), sum: 0 }),
  );
  readHistogram(at, family, () => series.all() as unknown as readonly Read<F>[]);
  return {
    observe: (labels, value) => {
      const of = series.at(labels);
      let bucket = 0;
      while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket += 1;
      of.counts[bucket] = (of.counts[bucket] ?? 0) + 1;
      of.sum += value;
    },
    zero: (labels) => void series.at(labels),
    ...series,
  };
}

export const labelsOf = <F extends Family>({ labels }: F) => Object.keys(labels) as Label<F>[];

/** Series by their labels. A family without any has one series from the start. */
function seriesOf<L extends string, V>(names: readonly L[], none: () => V) {
  const known = new Map<string, readonly [labels: Labels<L>, value: V]>();
  const begun = new Set<string>();
  const at = (labels: Labels<L>): V => {
    let key = '';
    for (const name of names) key += `${labels[name]}\n`;
    const found = known.get(key);
    if (found !== undefined) return found[1];
    const value = none();
    known.set(key, [labels, value]);
    return value;
  };
  const clear = () => {
    known.clear();
    if (names.length === 0) at({} as Labels<L>);
  };
  clear();
  return {
    at,
    clear,
    all: () => [...known.values()],
    begin: (room: string, series: () => readonly Labels<L>[]) => {
      if (begun.has(room)) return;
      begun.add(room);
      series().forEach(at);
    },
    keepOnly: (rooms: ReadonlySet<string>) => {
      const isGone = (room: string | undefined) => room !== undefined && room !== '' && !rooms.has(room);
      for (const [key, [labels]] of known) if (isGone((labels as { room?: string }).room)) known.delete(key);
      for (const room of begun) if (isGone(room)) begun.delete(room);
    },
  };
}
