import { median } from './quantile.ts';

/** A median, and between which bounds that of ever more values would be, with a certainty of 95 %. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** By order statistics, so that nothing is taken for granted of how the values scatter; of at least ten values. */
export function estimate(values: readonly number[]): Estimate {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { median: median(values), low: at(rank - 1), high: at(sorted.length - rank) };
}

/** How many times the other each value is, one by one. */
export const ratios = (values: readonly number[], others: readonly number[]): readonly number[] =>
  values.map((value, i) => value / (others[i] ?? Number.NaN));
