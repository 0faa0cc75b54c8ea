/**
 * How many bytes one subscriber is sent beside its media: what it asks for again. Its link carries what it is estimated to;
 * of that the media goes first, and what is left over is saved up for a moment, so that a burst of losses is repaired at
 * once and a flood of requests over time. What does not fit is refused: whoever misses it still asks again after a round
 * trip.
 *
 *   estimate − media, a fifth of the estimate at least ──► saved, for a quarter of a second at most ──► retransmissions
 */

export interface ResendBudget {
  /** What may go out now. */
  bytes: number;
  /** When it was looked at last, and what of media had been sent by then. */
  atMs: number;
  sentOctets: number;
}

/** While media alone is too much for the link, its repair still goes on: a picture with holes is worth nothing. */
const leastPart = 0.2;
const savedMs = 250;
/** Eight packets or so: a key frame's loss on the thinnest of links. */
const leastSaved = 10_000;
/** Of a link that nothing is known of: as much as the media is, of little media this many a second, and so many at once. */
const unknownBytesPerSecond = 64 * 1024;
const unknownSaved = 64 * 1024;
/** Of headers, from IP to RTP, and of the tag: small packets cost a link, and us, more than what is in them. */
export const packetOverhead = 64;

export const resendBudget = (nowMs: number): ResendBudget => ({ bytes: unknownSaved, atMs: nowMs, sentOctets: 0 });

/**
 * Brings the budget up to now; to be called before something is taken out of it. Allocates nothing.
 *
 * @param estimateBps bits a second that may be sent in all; Infinity while that is not known
 * @param sentOctets of media, to the subscriber, ever
 */
export function refill(budget: ResendBudget, estimateBps: number, sentOctets: number, nowMs: number): void {
  const seconds = Math.max(0, nowMs - budget.atMs) / 1000;
  const media = Math.max(0, sentOctets - budget.sentOctets);
  budget.atMs = nowMs;
  budget.sentOctets = sentOctets;
  if (estimateBps === Number.POSITIVE_INFINITY) {
    const earned = Math.max(media, seconds * unknownBytesPerSecond);
    budget.bytes = Math.min(unknownSaved, budget.bytes + earned);
    return;
  }
  const carried = (seconds * estimateBps) / 8;
  const earned = Math.max(carried - media, leastPart * carried);
  const most = Math.max(leastSaved, (savedMs / 8000) * estimateBps);
  budget.bytes = Math.min(most, budget.bytes + earned);
}

/** Whether a packet of so many bytes of payload may go out. */
export const hasRoom = ({ bytes }: ResendBudget, payloadBytes: number): boolean =>
  bytes >= payloadBytes + packetOverhead;

/** Takes a packet of so many bytes of payload; false, and nothing is taken, when that is too much. */
export function take(budget: ResendBudget, payloadBytes: number): boolean {
  if (!hasRoom(budget, payloadBytes)) return false;
  budget.bytes -= payloadBytes + packetOverhead;
  return true;
}
