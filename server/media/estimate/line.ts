/** The straight line through the newest points (least squares): how steep it is, and whether that is more than chance. */
export interface Line {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** How many were ever added. */
  points: number;
  /** Of the points that count, by their number: the first, and the first that is not summed up yet. */
  oldest: number;
  next: number;
  /** Sums of those that count, which are kept: points come and go one by one, and there are dozens. See `sum`. */
  readonly sums: Float64Array;
  /** What they are of: the range, and how many points there were when they were begun. */
  range: number;
  begun: number;
  slope: number;
  /** Of the points' y. */
  mean: number;
  /** The slope in standard errors of its own, by how the points scatter around the line. */
  certainty: number;
}

/** A power of two. */
const kept = 64;
const fewest = 8;
/** Where in `sums` they are. All are counted from an origin near the points, so that numbers stay small, and exact enough. */
const sum = { x: 0, y: 1, xx: 2, xy: 3, yy: 4, originX: 5, originY: 6, all: 7 } as const;

export const line = (): Line => ({
  xs: new Float64Array(kept),
  ys: new Float64Array(kept),
  points: 0,
  oldest: 0,
  next: 0,
  sums: new Float64Array(sum.all),
  range: 0,
  begun: 0,
  slope: 0,
  mean: 0,
  certainty: 0,
});

/** As new: neither its points count any more nor what is known of them. */
export function clear(of: Line): void {
  of.sums.fill(0);
  of.points = 0;
  of.oldest = 0;
  of.next = 0;
  of.range = 0;
  of.begun = 0;
  of.slope = 0;
  of.mean = 0;
  of.certainty = 0;
}

/** Adds a point, beyond all others in x. */
export function addPoint(of: Line, x: number, y: number): void {
  of.xs[of.points & (kept - 1)] = x;
  of.ys[of.points & (kept - 1)] = y;
  of.points += 1;
}

/**
 * Lays the line through the points of the last `range` in x, or through the last eight where that is less. False, and
 * nothing changes, when there are fewer, or they reach back over less than half of it. Allocates nothing.
 */
export function fit(of: Line, range: number): boolean {
  sumUp(of, range);
  const { xs, sums, points, oldest } = of;
  const n = points - oldest;
  const reach = (xs[(points - 1) & (kept - 1)] ?? 0) - (xs[oldest & (kept - 1)] ?? 0);
  if (n < fewest || reach < range / 2) return false;
  const [sumX, sumY] = [sums[sum.x] ?? 0, sums[sum.y] ?? 0];
  const xx = (sums[sum.xx] ?? 0) - (sumX * sumX) / n;
  const xy = (sums[sum.xy] ?? 0) - (sumX * sumY) / n;
  const yy = (sums[sum.yy] ?? 0) - (sumY * sumY) / n;
  of.slope = xy / xx;
  of.mean = (sums[sum.originY] ?? 0) + sumY / n;
  const scatter = Math.max(0, yy - of.slope * xy) / (n - 2);
  of.certainty = of.slope / Math.sqrt(scatter / xx + Number.EPSILON);
  return true;
}

function sumUp(of: Line, range: number): void {
  const { xs, points } = of;
  const isOverwritten = points - of.oldest > kept;
  // What is added and taken away again leaves an error behind: after a while the sums are made anew.
  if (isOverwritten || points - of.begun >= kept || range !== of.range) begin(of, range);
  while (of.next < points) add(of, of.next++, 1);
  const from = (xs[(points - 1) & (kept - 1)] ?? 0) - range;
  while (points - of.oldest > fewest && (xs[of.oldest & (kept - 1)] ?? 0) < from) add(of, of.oldest++, -1);
}

function begin(of: Line, range: number): void {
  const { xs, ys, sums, points } = of;
  const newest = (points - 1) & (kept - 1);
  sums.fill(0);
  sums[sum.originX] = xs[newest] ?? 0;
  sums[sum.originY] = ys[newest] ?? 0;
  of.oldest = Math.max(0, points - kept);
  of.next = of.oldest;
  of.range = range;
  of.begun = points;
}

/** Adds a point to the sums, or takes it away. */
function add({ xs, ys, sums }: Line, point: number, times: 1 | -1): void {
  const x = (xs[point & (kept - 1)] ?? 0) - (sums[sum.originX] ?? 0);
  const y = (ys[point & (kept - 1)] ?? 0) - (sums[sum.originY] ?? 0);
  sums[sum.x] = (sums[sum.x] ?? 0) + times * x;
  sums[sum.y] = (sums[sum.y] ?? 0) + times * y;
  sums[sum.xx] = (sums[sum.xx] ?? 0) + times * x * x;
  sums[sum.xy] = (sums[sum.xy] ?? 0) + times * x * y;
  sums[sum.yy] = (sums[sum.yy] ?? 0) + times * y * y;
}
