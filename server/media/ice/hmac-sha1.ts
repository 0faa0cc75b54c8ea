/**
 * HMAC-SHA1 (RFC 2104), with which STUN is signed, by two hashes: `createHmac` makes an object of OpenSSL's each time, which
 * takes three times as long and then has to be collected.
 */
import { hash } from 'node:crypto';

/** Of SHA-1, in bytes. */
export const blockLength = 64;
export const hashLength = 20;
const [innerPad, outerPad] = [0x36, 0x5c];

/** What a password signs by, in memory of its own: it is kept for as long as a client stays (see own-copy.ts). */
export function signingKey(password: string): Buffer {
  const bytes = Buffer.alloc(Buffer.byteLength(password));
  bytes.write(password);
  return bytes.length > blockLength ? hash('sha1', bytes, 'buffer') : bytes;
}

/**
 * Signs what lies in `padded` behind its first 64 bytes, at least 20 bytes of it. The first 84 bytes are written over, and end as
 * zeros: nothing of the key stays.
 */
export function hmacSha1(key: Buffer, padded: Buffer): Buffer {
  pad(padded, key, innerPad);
  // A text with a character for each byte is made in a third of the time that a Buffer takes.
  const inner = hash('sha1', padded, 'binary');
  const outer = padded.subarray(0, blockLength + hashLength);
  pad(outer, key, outerPad);
  outer.write(inner, blockLength, 'latin1');
  const signature = hash('sha1', outer, 'binary');
  outer.fill(0);
  return Buffer.from(signature, 'latin1');
}

function pad(block: Buffer, key: Buffer, by: number): void {
  for (let i = 0; i < blockLength; i++) block[i] = (key[i] ?? 0) ^ by;
}
