/**
 * A key must be as long as its algorithm's hash (RFC 7518 section 3.2), which is 32 bytes at least. Throws a
 * RangeError, without the secret, for one that is shorter.
 */
export function algorithmsOf(secret: string): readonly string[] {
  const bits = Buffer.byteLength(secret) * 8;
  if (bits < 256) throw new RangeError(`a JWT secret must have at least 32 bytes, not ${bits / 8}`);
  return [256, 384, 512].filter((hash) => hash <= bits).map((hash) => `HS${hash}`);
}
