/**
 * The PRF of TLS 1.2 with SHA-256 (RFC 5246 section 5), from which all keys of a handshake come: 16 HMACs (RFC 2104).
 *
 *   A(1) = HMAC(secret, text), A(n+1) = HMAC(secret, A(n)), where the text is label and seed
 *   HMAC(secret, A(1), text), HMAC(secret, A(2), text), … one behind the other, as far as wanted
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type * as Ffi from 'node:ffi';
import { functionsOf } from '#server/node/functions-of.ts';

/** So many bytes. The secret has 64 at most, label and seed 128 together, and what is wanted is 128 at most. */
export type Prf = (secret: Uint8Array, label: string, seed: Uint8Array, length: number) => Buffer;

/** A master secret: what is derived from it, by a label and a seed. */
export type Master = (label: string, seed: Uint8Array, length: number) => Buffer;

/** That of this handshake and no other (RFC 7627 section 4), from what both share and the hash of all up to ClientKeyExchange. */
export function masterSecret(prf: Prf, secret: Uint8Array, sessionHash: Uint8Array): Master {
  const master = prf(secret, 'extended master secret', sessionHash, 48);
  return (label, seed, length) => prf(master, label, seed, length);
}

const hashLength = 32;

/** By OpenSSL's HMAC, as `node:crypto` has it: an object for each. */
export const prfOfHmacs: Prf = (secret, label, seed, length) => {
  const key = createSecretKey(secret);
  const text = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Uint8Array) => createHmac('sha256', key).update(data).digest();
  const blocks: Buffer[] = [];
  for (let a = hmac(text); ; a = hmac(a)) {
    blocks.push(hmac(Buffer.concat([a, text])));
    if (blocks.length * hashLength >= length) return Buffer.concat(blocks).subarray(0, length);
  }
};

/** Three pointers at most each, which `node:ffi` calls in 3 to 20 ns, as the call is warm; of four to six arguments in 240 to 330. */
const functions = {
  SHA256_Init: { return: 'int32', arguments: ['pointer'] },
  SHA256_Update: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] },
  SHA256_Final: { return: 'int32', arguments: ['pointer', 'pointer'] },
} as const;

const blockLength = 64;
/** Of `SHA256_CTX` in `openssl/sha.h`; there is room for some more. */
const stateLength = 112;
/** What HMAC lays over the key for the hash within, and for the one around it. */
const [innerPad, outerPad] = [0x36, 0x5c];

const mostText = 128;
const mostBytes = 128;
/** Where things lie in the memory that both sides see. The text has to follow A. */
const at = {
  ...{ inner: 0, outer: 128, state: 256, key: 384, a: 448, text: 448 + hashLength, output: 608 },
  size: 768,
};

/**
 * By OpenSSL's hash: what HMAC makes of a key is two states of it, which are copied for each HMAC. Nothing is allocated but
 * what is returned, and nothing of a secret is left in its memory. Throws where OpenSSL lacks the functions.
 */
export function prfOfHashes(ffi: typeof Ffi): Prf {
  const sha = functionsOf(ffi, functions);
  const memory = Buffer.allocUnsafeSlow(at.size).fill(0);
  const start = ffi.getRawPointer(memory);
  const [inner, outer, state] = [start, start + BigInt(at.outer), start + BigInt(at.state)];
  const [key, a, text] = [start + BigInt(at.key), start + BigInt(at.a), start + BigInt(at.text)];
  const [wholeBlock, wholeHash] = [BigInt(blockLength), BigInt(hashLength)];

  const begin = (from: bigint, secret: Uint8Array, pad: number) => {
    memory.fill(pad, at.key, at.key + blockLength);
    for (let i = 0; i < secret.length; i++) memory[at.key + i] = (secret[i] ?? 0) ^ pad;
    sha.SHA256_Init(from);
    sha.SHA256_Update(from, key, wholeBlock);
  };
  const hashFrom = (begun: number, data: bigint, length: bigint, to: bigint) => {
    memory.copyWithin(at.state, begun, begun + stateLength);
    sha.SHA256_Update(state, data, length);
    sha.SHA256_Final(to, state);
  };
  const hmac = (data: bigint, length: bigint, to: bigint) => {
    hashFrom(at.inner, data, length, to);
    hashFrom(at.outer, to, wholeHash, to);
  };
  return (secret, label, seed, length) => {
    const textLength = label.length + seed.length;
    if (secret.length > blockLength || textLength > mostText || length > mostBytes)
      throw new RangeError('the PRF takes 64 bytes of a secret and 128 of text, and gives 128');
    begin(inner, secret, innerPad);
    begin(outer, secret, outerPad);
    memory.write(label, at.text, 'latin1');
    memory.set(seed, at.text + label.length);
    hmac(text, BigInt(textLength), a);
    for (let made = 0; made < length; made += hashLength) {
      if (made > 0) hmac(a, wholeHash, a);
      hmac(a, BigInt(hashLength + textLength), start + BigInt(at.output + made));
    }
    const bytes = Buffer.from(memory.subarray(at.output, at.output + length));
    memory.fill(0);
    return bytes;
  };
}
