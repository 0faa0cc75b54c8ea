/**
 * Makes of cumulative losses, as reports have them, a count that only grows. What came late or twice lets them fall (RFC
 * 3550 section 6.4.1); losses after that count once they are more than there ever were. Their 24 bits may wrap.
 */
export interface LossCount {
  /** As the last report had it, and what it means without the wraps. */
  last: number;
  lost: number;
  counted: number;
}

export const lossCount = (): LossCount => ({ last: 0, lost: 0, counted: 0 });

/** How many packets are lost that were not before; of `sent` in all, as a report may say anything. */
export function newlyLost(count: LossCount, cumulativeLost: number, sent: number): number {
  count.lost += ((cumulativeLost - count.last) << 8) >> 8;
  count.last = cumulativeLost;
  const more = Math.max(0, Math.min(count.lost, sent) - count.counted);
  count.counted += more;
  return more;
}
