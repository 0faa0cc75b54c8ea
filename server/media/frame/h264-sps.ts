import { type Bits, exponential, flag, signedExponential, skip, take } from './bits.ts';
import type { Frame } from './frame.ts';

/** Profiles whose parameter sets tell of chroma and scaling (H.264 section 7.3.2.1.1). */
const highProfiles: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** 4:4:4. */
const fullChroma = 3;
/** A side of level 6.2, the highest, has at most 16,880 pixels (H.264 table A-1: the root of 8 × MaxFS macroblocks). */
const maxSide = 16_896;

/**
 * The size of pictures from a sequence parameter set (H.264 section 7.3.2.1.1), without what is cropped off. A set that is
 * cut short, or tells of a size no decoder takes, leaves the frame's as it was.
 */
export function readSequenceParameters(bits: Bits, into: Frame): void {
  const profile = take(bits, 8);
  skip(bits, 16);
  exponential(bits);
  const chroma = highProfiles.includes(profile) ? readChroma(bits) : 1;
  exponential(bits);
  skipOrderCount(bits);
  exponential(bits);
  skip(bits, 1);
  const macroblocksAcross = exponential(bits) + 1;
  const unitsDown = exponential(bits) + 1;
  // Where pictures may be fields, a unit is a pair of macroblocks.
  const fields = flag(bits) ? 1 : 2;
  if (fields === 2) skip(bits, 1);
  skip(bits, 1);
  const isCropped = flag(bits);
  const across = isCropped ? exponential(bits) + exponential(bits) : 0;
  const down = isCropped ? exponential(bits) + exponential(bits) : 0;
  const width = 16 * macroblocksAcross - across * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = fields * (16 * unitsDown - down * (chroma === 1 ? 2 : 1));
  if (bits.isExhausted || width <= 0 || height <= 0 || width > maxSide || height > maxSide) return;
  into.width = width;
  into.height = height;
}

/** ChromaArrayType: 0 without color or with planes apart, else how it is subsampled. */
function readChroma(bits: Bits): number {
  const format = exponential(bits);
  const isApart = format === fullChroma && flag(bits);
  exponential(bits);
  exponential(bits);
  skip(bits, 1);
  if (flag(bits)) {
    const lists = format === fullChroma ? 12 : 8;
    for (let list = 0; list < lists; list++) if (flag(bits)) skipScalingList(bits, list < 6 ? 16 : 64);
  }
  return isApart ? 0 : format;
}

/** H.264 section 7.3.2.1.1.1: differences, until one leads to 0. */
function skipScalingList(bits: Bits, size: number): void {
  let scale = 8;
  for (let i = 0; i < size && scale !== 0; i++) scale = (((scale + signedExponential(bits)) % 256) + 256) % 256;
}

/** How the order of showing is told (H.264 section 8.2.1). */
function skipOrderCount(bits: Bits): void {
  const type = exponential(bits);
  if (type === 0) exponential(bits);
  if (type !== 1) return;
  skip(bits, 1);
  signedExponential(bits);
  signedExponential(bits);
  for (let cycle = exponential(bits); cycle > 0 && !bits.isExhausted; cycle--) signedExponential(bits);
}
