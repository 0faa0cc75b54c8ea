/** What only pods that share a key can have written, and can read: AES-256-GCM (NIST SP 800-38D) with a random nonce. */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { type Draw, draws } from '../draws.ts';

export interface Seal {
  seal(plain: Uint8Array): Buffer;
  /** Undefined for what was not sealed with one of the keys, for this purpose. */
  open(sealed: Uint8Array): Buffer | undefined;
}

/** What a seal is for: none opens what was sealed for another. */
export type Purpose = 'session' | 'request' | 'answer';

const cipher = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals with the first of the secrets, and opens with any, so that one can take another's place; undefined without one.
 * Each purpose has a key of its own, made of the secret (HKDF, RFC 5869). A secret is good for 2^32 seals, which one a
 * second makes in 136 years.
 *
 *   nonce (12 bytes, random) | what was sealed | tag (16 bytes)
 */
export function sealOf(secrets: readonly string[], purpose: Purpose, draw: Draw = draws()): Seal | undefined {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `liveroom ${purpose}`, keyBytes)));
  const [first] = keys;
  if (first === undefined) return undefined;
  return {
    seal: (plain) => {
      const nonce = draw(nonceBytes);
      const sealing = createCipheriv(cipher, first, nonce);
      return Buffer.concat([nonce, sealing.update(plain), sealing.final(), sealing.getAuthTag()]);
    },
    open: (sealed) => {
      if (sealed.length < nonceBytes + tagBytes) return undefined;
      return keys.map((key) => opened(sealed, key)).find((plain) => plain !== undefined);
    },
  };
}

function opened(sealed: Uint8Array, key: Buffer): Buffer | undefined {
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  opening.setAuthTag(sealed.subarray(-tagBytes));
  const plain = opening.update(sealed.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([plain, opening.final()]);
  } catch {
    return undefined;
  }
}
