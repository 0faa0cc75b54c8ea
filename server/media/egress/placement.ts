/** Which thread a new subscriber belongs to. */

/** A pod is one room's: more cores than that are of more use to other pods. */
export const mostThreads = 7;
/** So many are a third of a thread's work at 1000 packets a second each; one more thread takes some 16 MB. */
export const viewersPerThread = 64;
/** What ingress does for each packet that comes in, beside sending it: as much as for so many subscribers. */
const ingressHandicap = 6;

/**
 * The place of the least busy of the egress threads, the next one if another is to be started; undefined for ingress.
 * `viewers` are those of each egress thread that runs, of `most` that there may be.
 */
export function placeOf(
  ownViewers: number,
  viewers: readonly number[],
  { most, perThread }: { readonly most: number; readonly perThread: number },
): number | undefined {
  const all = viewers.reduce((sum, count) => sum + count, ownViewers);
  if (viewers.length < most && all >= perThread * (viewers.length + 1)) return viewers.length;
  const least = Math.min(...viewers);
  return least < ownViewers + ingressHandicap ? viewers.indexOf(least) : undefined;
}
