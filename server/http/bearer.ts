import { createHash, timingSafeEqual } from 'node:crypto';

/** What a client must show: nothing, or the token with this SHA-256. */
export type Access = 'open' | { readonly tokenSha256: Buffer };

export const sha256 = (token: string) => createHash('sha256').update(token).digest();

/**
 * Whether an `Authorization` header (RFC 6750) opens the door. Hashes of equal length are compared, so the time that it
 * takes says nothing about the token.
 */
export function bearer(access: Access, header: string | undefined): 'granted' | 'missing' | 'wrong' {
  if (access === 'open') return 'granted';
  const [, token] = /^Bearer +([!-~]+) *$/i.exec(header ?? '') ?? [];
  if (token === undefined) return 'missing';
  return timingSafeEqual(sha256(token), access.tokenSha256) ? 'granted' : 'wrong';
}
