import { type Bits, exponential, flag, skip, take } from './bits.ts';
import type { Frame } from './frame.ts';

/**
 * The size of pictures from a sequence header (AV1 section 5.5.1), that of the largest layer. A header that is cut short
 * leaves the frame's as it was.
 */
export function readSequenceHeader(bits: Bits, into: Frame): void {
  skip(bits, 4);
  const isReduced = flag(bits);
  if (isReduced) skip(bits, 5);
  else skipOperatingPoints(bits);
  const widthBits = take(bits, 4) + 1;
  const heightBits = take(bits, 4) + 1;
  const width = take(bits, widthBits) + 1;
  const height = take(bits, heightBits) + 1;
  if (bits.isExhausted) return;
  into.width = width;
  into.height = height;
}

/** Timing, decoder model and operating points: what stands between the profile and the size (AV1 sections 5.5.1 to 5.5.5). */
function skipOperatingPoints(bits: Bits): void {
  // Of the decoder model one length matters, that of the delays of each operating point.
  let delayBits = 0;
  if (flag(bits)) {
    skip(bits, 64);
    if (flag(bits)) exponential(bits);
    if (flag(bits)) {
      delayBits = take(bits, 5) + 1;
      skip(bits, 42);
    }
  }
  const hasInitialDelays = flag(bits);
  for (let points = take(bits, 5) + 1; points > 0; points--) {
    skip(bits, 12);
    const level = take(bits, 5);
    if (level > 7) skip(bits, 1);
    if (delayBits > 0 && flag(bits)) skip(bits, 2 * delayBits + 1);
    if (hasInitialDelays && flag(bits)) skip(bits, 4);
  }
}
