import { shortestSigningKeyBytes } from '#crds/token-lines.ts';

/**
 * A key must be as long as its algorithm's hash (RFC 7518 section 3.2), which is 32 bytes at least. Throws a
 * RangeError, without the secret, for one that is shorter.
 */
export function algorithmsOf(secret: string): readonly string[] {
  const bytes = Buffer.byteLength(secret);
  if (bytes < shortestSigningKeyBytes)
    throw new RangeError(`a JWT secret must have at least ${shortestSigningKeyBytes} bytes, not ${bytes}`);
  return [256, 384, 512].filter((hash) => hash <= bytes * 8).map((hash) => `HS${hash}`);
}
