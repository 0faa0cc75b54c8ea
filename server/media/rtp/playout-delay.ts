/**
 * The header extension by which a sender says how long pictures wait at the receiver: 12 bits for the least and 12 for the
 * most, each in units of 10 ms (http://www.webrtc.org/experiments/rtp-hdrext/playout-delay). As one number here.
 */
const unitMs = 10;
const half = 0x1000;
const largest = half - 1;
/** As much as Chromium allows where nothing is said. */
const mostMs = 10_000;

export const playoutDelaySize = 3;

/** Not less than so much, and the receiver is free otherwise. Never 0: that says that nothing is to be waited for at all. */
export const waitAtLeast = (leastMs: number): number => units(Math.max(leastMs, unitMs)) * half + units(mostMs);

/** The same with at least so much for the least, as far as its most allows. */
export function raised(delay: number, leastMs: number): number {
  const most = delay % half;
  const least = Math.floor(delay / half);
  return Math.max(least, Math.min(units(leastMs), most)) * half + most;
}

const units = (ms: number): number => Math.min(largest, Math.ceil(ms / unitMs));

export const readPlayoutDelay = (from: Buffer, at: number): number =>
  (from[at] ?? 0) * 0x10000 + (from[at + 1] ?? 0) * 0x100 + (from[at + 2] ?? 0);

export function writePlayoutDelay(into: Buffer, at: number, delay: number): void {
  into[at] = delay >>> 16;
  into[at + 1] = delay >>> 8;
  into[at + 2] = delay;
}
