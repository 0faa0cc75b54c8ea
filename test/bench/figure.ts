import type { Estimate } from './estimate.ts';

/** One measured figure. Absolute figures depend on the machine; what carries over is the ratio to the baseline. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Empty for what is counted. */
  readonly unit: 'µs' | 'ms' | 's' | 'kB' | 'MB' | '%' | '/s' | '';
  /** What the figure stands beside: measured in the same run, in the same unit. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** How many times the baseline the value is, where that was measured pair by pair: it then counts, not their quotient. */
  readonly times?: Estimate;
  readonly target?: {
    /** Upper bound of the value. */
    readonly atMost?: number;
    /** The baseline is at least so many times the value. */
    readonly timesLess?: number;
    /** The value is at most so many times the baseline. */
    readonly timesMore?: number;
  };
}

/** The value as a multiple of its baseline; undefined without one, and beside nothing. */
export const ratio = ({ value, baseline, times }: Figure) =>
  times?.median ?? (baseline === undefined || baseline.value === 0 ? undefined : value / baseline.value);

/**
 * Whether the figure keeps its target; undefined where it has none, and where an interval of ratios has the target within
 * it, so that nobody knows. A target beside a baseline needs one.
 */
export function isKept(figure: Figure): boolean | undefined {
  if (figure.target === undefined) return undefined;
  const { atMost = Number.POSITIVE_INFINITY, timesLess = 0, timesMore = Number.POSITIVE_INFINITY } = figure.target;
  if (figure.value > atMost) return false;
  if (figure.target.timesLess === undefined && figure.target.timesMore === undefined) return true;
  const bound = Math.min(1 / timesLess, timesMore);
  const { low, high } = figure.times ?? { low: ratio(figure) ?? Number.NaN, high: ratio(figure) ?? Number.NaN };
  return high <= bound ? true : low <= bound ? undefined : false;
}

/** The status to end with when targets are asserted: 1 as soon as one is missed; one that nobody can decide is not. */
export const gateStatus = (figures: readonly Figure[]): 0 | 1 =>
  figures.some((figure) => isKept(figure) === false) ? 1 : 0;

/** As many digits as matter. */
export function measuredText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

const targetText = ({ unit, target: { atMost, timesLess, timesMore } = {} }: Figure) =>
  [
    ...(atMost === undefined ? [] : [`≤ ${atMost} ${unit}`.trimEnd()]),
    ...(timesLess === undefined ? [] : [`≥ ${timesLess}× less`]),
    ...(timesMore === undefined ? [] : [`ratio ≤ ${timesMore}`]),
  ].join(', ');

function verdict(figure: Figure): string {
  if (figure.target === undefined) return '';
  return { true: 'kept', false: 'MISSED', undefined: 'UNDECIDED' }[`${isKept(figure)}`];
}

const ratioText = (figure: Figure) =>
  figure.times === undefined
    ? ratio(figure)?.toFixed(2)
    : `${figure.times.median.toFixed(3)} (${figure.times.low.toFixed(3)} to ${figure.times.high.toFixed(3)})`;

export const header = ['what', 'measured', 'baseline', 'ratio', 'target', ''] as const;

/** A figure in words, in the order of the header. */
export const cellsOf = (figure: Figure): readonly string[] => [
  figure.name,
  `${measuredText(figure.value)} ${figure.unit}`.trimEnd(),
  figure.baseline === undefined
    ? ''
    : `${measuredText(figure.baseline.value)} ${figure.unit} (${figure.baseline.name})`,
  ratioText(figure) ?? '',
  targetText(figure),
  verdict(figure),
];

/** The figures as a table for people. */
export function table(figures: readonly Figure[]): string {
  const all = [header, ...figures.map(cellsOf)];
  const widths = header.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const padded = (line: readonly string[]) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return all.map((line) => padded(line).trimEnd()).join('\n');
}
