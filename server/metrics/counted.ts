/**
 * Counters and histograms that are plain numbers until somebody reads them. prom-client makes texts and objects of the
 * labels, and checks them, each time that something is counted, which a join does some twenty times: 40 µs of it.
 */
import { Counter, Registry } from 'prom-client';
import type { Family, LabelsOf } from '#crds/metric-family.ts';
import type { Distribution } from '../media/counts.ts';
import { type Registered, readHistogram } from './read-histogram.ts';
import { readOnly } from './read-only.ts';

/** What every counted family does. */
interface Counted<F extends Family> {
  /** Begins those of a room's series that are not there at zero. Costs next to nothing when called again. */
  begin(room: string, series: () => readonly LabelsOf<F>[]): void;
  /** Takes away what names a room other than these. Series without a room stay. */
  keepOnly(rooms: ReadonlySet<string>): void;
}

export interface CountedCounter<F extends Family> extends Counted<F> {
  /** Throws TypeError when `by` is less than zero, or no finite number. */
  inc(labels: LabelsOf<F>, by?: number): void;
  /** For those that are counted elsewhere: all series are gone until they are counted or begun anew. */
  reset(): void;
}

export interface CountedHistogram<F extends Family> extends Counted<F> {
  /** Throws TypeError when `value` is no finite number, which would spoil the sum for good. */
  observe(labels: LabelsOf<F>, value: number): void;
  /** Begins a series. */
  zero(labels: LabelsOf<F>): void;
}

/** `collect` is called at each scrape, before the family is read. */
export function countedCounter<const F extends Family>(
  { registry, prefix }: Registered,
  family: F,
  collect: (counter: CountedCounter<F>) => void = () => {},
): CountedCounter<F> {
  const name = `${prefix}${family.name}`;
  const { at, all, clear, begin, keepOnly } = seriesOf(family, () => ({ count: 0 }));
  const counter: CountedCounter<F> = {
    inc: (labels, by = 1) => {
      if (!(Number.isFinite(by) && by >= 0)) throw new TypeError(`${name} cannot count ${by}`);
      at(labels).count += by;
    },
    reset: clear,
    begin,
    keepOnly,
  };
  register(registry, name, family, {
    reset: clear,
    values: () => {
      collect(counter);
      return all().map(([labels, { count: value }]) => ({ labels, value }));
    },
  });
  return counter;
}

interface Values {
  readonly values: () => readonly { readonly labels: object; readonly value: number }[];
  readonly reset: () => void;
}

/** What the registry has of a counter: it takes JSON from `get`, and text from `getForPromString`. */
function register(registry: Registered['registry'], name: string, family: Family, { values, reset }: Values): void {
  const { help } = family;
  const told = async (as: string) => ({ name: as, help, type: 'counter', values: values(), aggregator: 'sum' });
  const counter = new Counter({ name, help, labelNames: Object.keys(family.labels), registers: [] });
  const isOpenMetrics = () => registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE;
  const metric = Object.assign(counter, readOnly(name, ['inc', 'labels', 'remove']), {
    get: () => told(name),
    // In OpenMetrics prom-client puts `_total` behind the name that it gets here.
    getForPromString: () => told(isOpenMetrics() ? name.replace(/_total$/, '') : name),
    reset,
  });
  // When it writes OpenMetrics it takes `_total` from this name for good, and a scrape as text would be without.
  Object.defineProperty(metric, 'name', { get: () => name, set: () => {} });
  registry.registerMetric(metric);
}

export function countedHistogram<const F extends Family>(registered: Registered, family: F): CountedHistogram<F> {
  const { buckets = [] } = family;
  const { at, all, clear, begin, keepOnly } = seriesOf(
    family,
    (): Distribution => ({ counts: Array(buckets.length + 1).fill(0), sum: 0 }),
  );
  readHistogram(registered, family, all, clear);
  return {
    observe: (labels, value) => {
      if (!Number.isFinite(value)) throw new TypeError(`${registered.prefix}${family.name} cannot count ${value}`);
      const of = at(labels);
      let bucket = 0;
      while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket += 1;
      of.counts[bucket] = (of.counts[bucket] ?? 0) + 1;
      of.sum += value;
    },
    zero: (labels) => void at(labels),
    begin,
    keepOnly,
  };
}

/** Series by their labels. A family without any has one series from the start. */
function seriesOf<F extends Family, V>(family: F, none: () => V) {
  type Labels = LabelsOf<F>;
  const names = Object.keys(family.labels) as (keyof Labels)[];
  const known = new Map<string, readonly [labels: Labels, value: V]>();
  const begun = new Set<string>();
  const at = (labels: Labels): V => {
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
    begun.clear();
    if (names.length === 0) at({} as Labels);
  };
  clear();
  return {
    at,
    clear,
    all: () => [...known.values()],
    begin: (room: string, series: () => readonly Labels[]) => {
      if (begun.has(room)) return;
      begun.add(room);
      series().forEach(at);
    },
    keepOnly: (rooms: ReadonlySet<string>) => {
      const isGone = (room: string | undefined) => room !== undefined && room !== '' && !rooms.has(room);
      for (const [key, [labels]] of known) if (isGone((labels as { readonly room?: string }).room)) known.delete(key);
      for (const room of begun) if (isGone(room)) begun.delete(room);
    },
  };
}
