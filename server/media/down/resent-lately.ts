/** What of one track was sent again of late, so that who asks twice within half a round trip gets one answer. */

/** By the lowest bits of its number, when a packet was sent again last. */
export interface ResentLately {
  readonly indices: Float64Array;
  readonly atMs: Float64Array;
}

/** A power of two. What lies further back than that is seldom asked for twice. */
const slots = 128;
/**
 * Of the round trip: who asks again after all of it, as browsers do, may be heard much sooner after the first time, where the
 * way varies; and to be refused costs it another one.
 */
const part = 0.5;
/** While nobody knows the round trip. */
const assumedMs = 50;
/** A report that claims seconds would keep a packet from being asked for again while it is of use. */
const longestMs = 150;

export const resentLately = (): ResentLately => ({
  indices: new Float64Array(slots).fill(-1),
  atMs: new Float64Array(slots),
});

/** Whether it was answered just now. `roundTripMs` below 0: not known. */
export function isAnswered(
  { indices, atMs }: ResentLately,
  index: number,
  nowMs: number,
  roundTripMs: number,
): boolean {
  const slot = index & (slots - 1);
  const waitMs = roundTripMs < 0 ? assumedMs : Math.min(part * roundTripMs, longestMs);
  return indices[slot] === index && nowMs - (atMs[slot] ?? 0) < waitMs;
}

export function noteResent({ indices, atMs }: ResentLately, index: number, nowMs: number): void {
  const slot = index & (slots - 1);
  indices[slot] = index;
  atMs[slot] = nowMs;
}

/** Whether it was sent again before. */
export const wasResent = ({ indices }: ResentLately, index: number): boolean => indices[index & (slots - 1)] === index;
