/** The straight line through the newest points (least squares): how steep it is, and whether that is more than chance. */
export interface Line {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** How many were ever added. */
  points: number;
  slope: number;
  /** Of the points' y. */
  mean: number;
  /** The slope in standard errors of its own, by how the points scatter around the line. */
  certainty: number;
}

/** A power of two. */
const kept = 64;
const fewest = 8;

export const line = (): Line => ({
  xs: new Float64Array(kept),
  ys: new Float64Array(kept),
  points: 0,
  slope: 0,
  mean: 0,
  certainty: 0,
});

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
  const { xs, ys, points } = of;
  const newest = (points - 1) & (kept - 1);
  // Counted from the newest point, numbers stay small, so that one pass is exact enough.
  const newestX = xs[newest] ?? 0;
  const newestY = ys[newest] ?? 0;
  let n = 0;
  let reach = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  let sumYY = 0;
  for (const all = Math.min(points, kept); n < all; n++) {
    const place = (points - 1 - n) & (kept - 1);
    const x = (xs[place] ?? 0) - newestX;
    const y = (ys[place] ?? 0) - newestY;
    if (x < -range && n >= fewest) break;
    reach = -x;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
    sumYY += y * y;
  }
  if (n < fewest || reach < range / 2) return false;
  const xx = sumXX - (sumX * sumX) / n;
  const xy = sumXY - (sumX * sumY) / n;
  const yy = sumYY - (sumY * sumY) / n;
  of.slope = xy / xx;
  of.mean = newestY + sumY / n;
  const scatter = Math.max(0, yy - of.slope * xy) / (n - 2);
  of.certainty = of.slope / Math.sqrt(scatter / xx + Number.EPSILON);
  return true;
}
