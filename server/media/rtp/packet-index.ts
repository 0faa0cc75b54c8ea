/**
 * Extended numbers: a 16-bit sequence number that wraps, made one that does not (RFC 3711 section 3.3.1). In SRTP its
 * upper 32 bits are the rollover counter. A double holds 53 bits, so 48 fit.
 */

/** The number nearest to `newest` that ends in `sequence`. Negative when it would lie before the first lap. */
export function extended(newest: number, sequence: number): number {
  const distance = ((sequence - newest) << 16) >> 16;
  return newest + distance;
}
