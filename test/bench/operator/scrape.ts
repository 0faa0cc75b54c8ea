import { operatorMetric } from '#crds/operator-metrics.ts';

/** What the operator exported at one time. */
export interface Scrape {
  /** The values of a family by their labels, as they are written. Throws where there is no such family. */
  series(family: string): ReadonlyMap<string, number>;
  /** The sum of a family's series whose labels match; 0 where it has none yet. Throws where there is no such family. */
  sum(family: string, labels?: RegExp): number;
}

export function scrapeOf(text: string): Scrape {
  function series(family: string): ReadonlyMap<string, number> {
    // A family is told of before it has a series.
    if (!new RegExp(`^# TYPE ${family} `, 'm').test(text)) throw new Error(`the operator has no metric ${family}`);
    const found = text.matchAll(new RegExp(`^${family}(?:\\{([^}]*)\\})? (\\S+)$`, 'gm'));
    return new Map(found.map(([, labels = '', value]) => [labels, Number(value)]));
  }
  return {
    series,
    sum(family, labels = /^/) {
      let sum = 0;
      for (const [found, value] of series(family)) if (labels.test(found)) sum += value;
      return sum;
    },
  };
}

/** Requests to the API server between two scrapes by `METHOD code`, whichever there were. */
export function requestsByKind(before: Scrape, after: Scrape): Readonly<Record<string, number>> {
  const { name } = operatorMetric.apiRequests;
  const earlier = before.series(name);
  const byKind: Record<string, number> = {};
  for (const [labels, value] of after.series(name)) {
    const more = value - (earlier.get(labels) ?? 0);
    const kind = `${labelOf('method', labels)} ${labelOf('code', labels)}`;
    if (more > 0) byKind[kind] = (byKind[kind] ?? 0) + more;
  }
  return byKind;
}

const labelOf = (label: string, labels: string): string =>
  new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(labels)?.[1] ?? '';
