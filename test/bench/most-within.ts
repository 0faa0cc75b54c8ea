/** The most of these moments, ascending, that lie within any span of so long: less than it apart. */
export function mostWithin(moments: readonly number[], span: number): number {
  let first = 0;
  let most = 0;
  for (const [last, moment] of moments.entries()) {
    while (moment - (moments[first] ?? 0) >= span) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
