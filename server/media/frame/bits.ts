/**
 * Bits of a range of bytes, the highest of each byte first. A slot that is used again. Past the end all bits are 0 and
 * `isExhausted` says so: whoever reads asks once, when done.
 */
export interface Bits {
  bytes: Buffer;
  /** Of the byte that is read next, and behind the last. */
  at: number;
  end: number;
  /** The byte that is being read, and how many of its bits are to come. */
  current: number;
  left: number;
  /** H264 writes a 3 behind two bytes of 0 that would look like a start code; it is no part of the value. */
  isEscaped: boolean;
  zeros: number;
  isExhausted: boolean;
}

export const emptyBits = (): Bits => ({
  bytes: Buffer.alloc(0),
  at: 0,
  end: 0,
  current: 0,
  left: 0,
  isEscaped: false,
  zeros: 0,
  isExhausted: false,
});

/** From now on reads `bytes` from `at` up to `end`, or to where they end. */
export function startAt(bits: Bits, bytes: Buffer, at: number, end: number, isEscaped = false): void {
  bits.bytes = bytes;
  bits.at = at;
  bits.end = Math.min(end, bytes.length);
  bits.left = 0;
  bits.isEscaped = isEscaped;
  bits.zeros = 0;
  bits.isExhausted = false;
}

function bit(bits: Bits): number {
  if (bits.left === 0) {
    if (bits.isEscaped && bits.zeros >= 2 && bits.at < bits.end && bits.bytes[bits.at] === 3) {
      bits.at += 1;
      bits.zeros = 0;
    }
    if (bits.at >= bits.end) {
      bits.isExhausted = true;
      return 0;
    }
    bits.current = bits.bytes[bits.at] ?? 0;
    bits.zeros = bits.current === 0 ? bits.zeros + 1 : 0;
    bits.at += 1;
    bits.left = 8;
  }
  bits.left -= 1;
  return (bits.current >>> bits.left) & 1;
}

export const flag = (bits: Bits): boolean => bit(bits) === 1;

/** An unsigned number of so many bits, at most 32. */
export function take(bits: Bits, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 2 + bit(bits);
  return value;
}

/** Leaves out any number of bits. */
export function skip(bits: Bits, count: number): void {
  for (let i = 0; i < count; i++) bit(bits);
}

/**
 * An unsigned Exp-Golomb code: `ue(v)` of H.264 section 9.1, `uvlc()` of AV1 section 4.10.3. More than 32 zeros before the
 * first 1 are no code of either; the bits count as exhausted.
 */
export function exponential(bits: Bits): number {
  let zeros = 0;
  while (bit(bits) === 0) {
    zeros += 1;
    if (zeros > 32) {
      bits.isExhausted = true;
      return 0;
    }
  }
  return 2 ** zeros - 1 + take(bits, zeros);
}

/** `se(v)` of H.264 section 9.1.1: 0, 1, -1, 2, -2, … */
export function signedExponential(bits: Bits): number {
  const code = exponential(bits);
  return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
}

/** A number below `count`, in one bit less where that suffices: `ns(n)` of AV1 section 4.10.7. */
export function below(bits: Bits, count: number): number {
  const width = 32 - Math.clz32(count);
  const short = 2 ** width - count;
  const value = take(bits, width - 1);
  return value < short ? value : value * 2 - short + bit(bits);
}
