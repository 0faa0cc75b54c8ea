/** What of one track was sent again of late, so that who asks twice within a round trip gets one answer. */

/** By the lowest bits of its number, when a packet was sent again last. */
export interface ResentLately {
  readonly indices: Float64Array;
  readonly atMs: Float64Array;
}

/** A power of two. What lies further back than that is seldom asked for twice. */
const slots = 128;
/** While nobody knows the round trip. */
const assumedRoundTripMs = 50;
/** A report that claims seconds would keep a packet from being asked for again while it is of use. */
const longestRoundTripMs = 300;

export const resentLately = (): ResentLately => ({
  indices: new Float64Array(slots).fill(-1),
  atMs: new Float64Array(slots),
});

/** Whether its answer may still be on its way. `roundTripMs` below 0: not known. */
export function isAnswered(
  { indices, atMs }: ResentLately,
  index: number,
  nowMs: number,
  roundTripMs: number,
): boolean {
  const slot = index & (slots - 1);
  const waitMs = roundTripMs < 0 ? assumedRoundTripMs : Math.min(roundTripMs, longestRoundTripMs);
  return indices[slot] === index && nowMs - (atMs[slot] ?? 0) < waitMs;
}

export function noteResent({ indices, atMs }: ResentLately, index: number, nowMs: number): void {
  const slot = index & (slots - 1);
  indices[slot] = index;
  atMs[slot] = nowMs;
}
