/**
 * How much of what one subscriber asks for again it gets. A lossy link asks for a packet in two; one that asks for more
 * would have us make its own queue longer, or somebody else's flood.
 */
import type { RefusedReason } from '../counts.ts';

export interface ResendBudget {
  /** What may still be sent before the next refill. */
  packets: number;
  bytes: number;
  octetsBefore: number;
  /** When a packet was sent again last, by the lowest bits of its number; made with the first. */
  recent: { readonly indices: Float64Array; readonly atMs: Float64Array } | undefined;
}

/** Between two refills, about a second apart. */
export const resendsPerReport = 1000;
/** Sending twice what the media is is the most; of little media, this much. */
const bytesAtLeast = 256 * 1024;
/** A power of two. What lies further back than that is seldom asked for twice. */
const slots = 128;
/** While nobody knows the round trip. */
const assumedRoundTripMs = 50;
/** A report that claims seconds would keep a packet from being asked for again while it is of use. */
const longestRoundTripMs = 300;

export const resendBudget = (): ResendBudget => ({
  packets: resendsPerReport,
  bytes: bytesAtLeast,
  octetsBefore: 0,
  recent: undefined,
});

/** `sentOctets`: of media, in all. To be called about once a second. */
export function refill(budget: ResendBudget, sentOctets: number): void {
  budget.packets = resendsPerReport;
  budget.bytes = Math.max(bytesAtLeast, sentOctets - budget.octetsBefore);
  budget.octetsBefore = sentOctets;
}

/**
 * Takes a packet of `bytes` out of the budget, or says why not. What was asked for again less than a round trip after it
 * was sent again was asked for before it can have come. `roundTripMs` below 0: not known.
 */
export function takeResend(
  budget: ResendBudget,
  index: number,
  bytes: number,
  nowMs: number,
  roundTripMs: number,
): RefusedReason | undefined {
  if (budget.packets === 0 || budget.bytes < bytes) return 'OverBudget';
  budget.recent ??= { indices: new Float64Array(slots).fill(-1), atMs: new Float64Array(slots) };
  const { indices, atMs } = budget.recent;
  const slot = index & (slots - 1);
  const waitMs = roundTripMs < 0 ? assumedRoundTripMs : Math.min(roundTripMs, longestRoundTripMs);
  if (indices[slot] === index && nowMs - (atMs[slot] ?? 0) < waitMs) return 'TooSoon';
  indices[slot] = index;
  atMs[slot] = nowMs;
  budget.packets -= 1;
  budget.bytes -= bytes;
  return undefined;
}
