import { createHash, timingSafeEqual } from 'node:crypto';
import { denied, type Verdict } from './verdict.ts';

/** The token of an `Authorization` header (RFC 6750 section 2.1); undefined when there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  const [, token] = /^Bearer +([!-~]+) *$/i.exec(header ?? '') ?? [];
  return token;
}

/**
 * Whether a token is one of those with these SHA-256; two are in force while one takes the other's place. Hashes of
 * equal length are compared, and always all of them, so the time that it takes says nothing about any token.
 */
export function tokenCheck(hashes: readonly Buffer[]): (token: string) => Verdict {
  return (token) => {
    const hash = createHash('sha256').update(token).digest();
    const isOne = hashes.map((known) => timingSafeEqual(hash, known)).includes(true);
    return isOne ? { isGranted: true, isAdmin: false } : denied('Wrong', 'The token is not one of this room.');
  };
}
