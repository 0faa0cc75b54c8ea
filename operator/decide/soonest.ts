/** The soonest of several times to come back, in ms; at least 1, and undefined if there is none. */
export function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.max(1, Math.min(...given));
}
