import { hash, timingSafeEqual } from 'node:crypto';
import type { Asked } from './claims.ts';
import { denied, type Verdict } from './verdict.ts';

export const sha256 = (token: string): Buffer => hash('sha256', token, 'buffer');

/** The token of an `Authorization` header (RFC 6750 section 2.1); undefined when there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  const [, token] = /^Bearer +([!-~]+) *$/i.exec(header ?? '') ?? [];
  return token;
}

/**
 * Whether a token is one of those with these SHA-256; two are in force while one takes the other's place. Hashes of
 * equal length are compared, and always all of them, so the time that it takes says nothing about any token.
 */
export function tokenCheck(hashes: readonly Buffer[]): (token: string, asked: Asked) => Verdict {
  return (token, { role }) => {
    const shown = sha256(token);
    const isOne = hashes.map((known) => timingSafeEqual(shown, known)).includes(true);
    if (isOne) return { isGranted: true, isAdmin: false };
    return denied('Wrong', `The token is not this room's ${role === 'publisher' ? 'publish' : 'play'} token.`);
  };
}
