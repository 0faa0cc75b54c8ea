import { label } from '#crds/contract.ts';
import type { Family, LabelsOf } from '#crds/metric-family.ts';
import { inPrometheus } from '../coverage.ts';

/** The label of a target that says which room its pod is of. The server's own label `room` is on its rooms' series. */
export const podRoom = inPrometheus(label.room);

/** Values that labels must have, or what they must match. A label that the family lacks does not compile. */
type Wanted<F extends Family> = { readonly [L in keyof LabelsOf<F>]?: LabelsOf<F>[L] | RegExp };

/**
 * Selectors of PromQL, all with the same matchers (`scope`, without braces) besides their own. `prefix` stands before the
 * name of each family.
 */
export function series(scope: string, prefix = '') {
  const selector = (name: string, wanted: Readonly<Record<string, unknown>>) => {
    const own = Object.entries(wanted).map(([label, value]) => `${label}${matcher(value)}`);
    return `${name}{${[scope, ...own].join(', ')}}`;
  };
  return {
    /** Of a gauge or a counter. */
    of: <F extends Family>(family: F, wanted: Wanted<F> = {}) => selector(`${prefix}${family.name}`, wanted),
    /** Of a histogram's buckets. */
    buckets: <F extends Family>(family: F, wanted: Wanted<F> = {}) =>
      selector(`${prefix}${family.name}_bucket`, wanted),
    /** Of how many values a histogram has seen. */
    count: <F extends Family>(family: F, wanted: Wanted<F> = {}) => selector(`${prefix}${family.name}_count`, wanted),
    /** Prometheus' own: 1 for a target that it reached. */
    up: () => selector('up', {}),
  };
}

export type Series = ReturnType<typeof series>;

const matcher = (value: unknown): string => (value instanceof RegExp ? `=~"${value.source}"` : `="${value}"`);

/** Below which a part of a histogram's values were, over a time, for each value of `by`. */
export const quantile = (part: number, by: string, buckets: string, window: string): string =>
  `histogram_quantile(${part}, sum by (${by}, le) (rate(${buckets}[${window}])))`;
