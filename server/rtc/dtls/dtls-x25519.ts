/**
 * X25519 (RFC 7748), with a key for one handshake. By OpenSSL through `node:ffi`: what `node:crypto` makes objects of, and text
 * from one to the other, is a pointer here.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import type * as Ffi from 'node:ffi';
import { functionsOf } from '#server/node/functions-of.ts';

/** Our half of a key exchange. */
export interface KeyShare {
  readonly point: Buffer;
  /**
   * What both sides share, by the other's point; once, as the key is freed, whatever comes of it. Throws for what is no point,
   * and for one that makes every secret zero.
   */
  secret(point: Buffer): Buffer;
  /** Frees the key, if `secret` has not. */
  forget(): void;
}

const length = 32;

/** Keys go in and out as text (RFC 8037): OpenSSL takes ten times as long for DER. */
export function x25519OfNode(): KeyShare {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    point: Buffer.from(x, 'base64url'),
    secret(point) {
      checkLength(point);
      const key = { kty: 'OKP', crv: 'X25519', x: point.toString('base64url') };
      return diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: 'jwk' }) });
    },
    forget: () => {},
  };
}

/** OpenSSL passes over what stands behind a point. */
function checkLength(point: Buffer): void {
  if (point.length !== length) throw new RangeError('not a point');
}

const functions = {
  EVP_PKEY_CTX_new: { return: 'pointer', arguments: ['pointer', 'pointer'] },
  EVP_PKEY_CTX_new_id: { return: 'pointer', arguments: ['int32', 'pointer'] },
  EVP_PKEY_CTX_free: { return: 'void', arguments: ['pointer'] },
  EVP_PKEY_keygen_init: { return: 'int32', arguments: ['pointer'] },
  EVP_PKEY_generate: { return: 'int32', arguments: ['pointer', 'pointer'] },
  EVP_PKEY_get_raw_public_key: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] },
  EVP_PKEY_new_raw_public_key: { return: 'pointer', arguments: ['int32', 'pointer', 'pointer', 'uint64'] },
  EVP_PKEY_derive_init: { return: 'int32', arguments: ['pointer'] },
  EVP_PKEY_derive_set_peer: { return: 'int32', arguments: ['pointer', 'pointer'] },
  EVP_PKEY_derive: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] },
  EVP_PKEY_free: { return: 'void', arguments: ['pointer'] },
  ERR_clear_error: { return: 'void', arguments: [] },
} as const;

const none = 0n;
/** `NID_X25519` in `openssl/obj_mac.h`. */
const x25519 = 1034;
/** Where things lie in the memory that both sides see. */
const at = { key: 0, length: 8, point: 16, secret: 48, size: 80 };

/** Throws where OpenSSL lacks the functions. */
export function x25519OfOpenssl(ffi: typeof Ffi): () => KeyShare {
  const openssl = functionsOf(ffi, functions);
  const memory = Buffer.allocUnsafeSlow(at.size).fill(0);
  const start = ffi.getRawPointer(memory);
  const [lengthAt, pointAt, secretAt] = [
    start + BigInt(at.length),
    start + BigInt(at.point),
    start + BigInt(at.secret),
  ];
  const maker = openssl.EVP_PKEY_CTX_new_id(x25519, none);
  if (maker === none || openssl.EVP_PKEY_keygen_init(maker) !== 1) throw new Error('OpenSSL has no X25519');

  const pointOf = (key: bigint): Buffer => {
    memory.writeBigUInt64LE(BigInt(length), at.length);
    if (openssl.EVP_PKEY_get_raw_public_key(key, pointAt, lengthAt) !== 1) throw new Error('OpenSSL shows no key');
    return Buffer.from(memory.subarray(at.point, at.point + length));
  };
  /** As OpenSSL checks it, also for being zeros. */
  const isShared = (key: bigint, point: Buffer): boolean => {
    memory.set(point, at.point);
    memory.writeBigUInt64LE(BigInt(length), at.length);
    const theirs = openssl.EVP_PKEY_new_raw_public_key(x25519, none, pointAt, BigInt(length));
    const context = openssl.EVP_PKEY_CTX_new(key, none);
    const isDone =
      openssl.EVP_PKEY_derive_init(context) === 1 &&
      openssl.EVP_PKEY_derive_set_peer(context, theirs) === 1 &&
      openssl.EVP_PKEY_derive(context, secretAt, lengthAt) === 1;
    openssl.EVP_PKEY_CTX_free(context);
    openssl.EVP_PKEY_free(theirs);
    return isDone;
  };
  return () => {
    memory.fill(0, at.key, at.length);
    if (openssl.EVP_PKEY_generate(maker, start) !== 1) throw new Error('OpenSSL makes no key');
    let key = memory.readBigUInt64LE(at.key);
    const forget = () => {
      openssl.EVP_PKEY_free(key); // which does nothing with none
      key = none;
    };
    const secret = (point: Buffer): Buffer => {
      try {
        checkLength(point);
        if (key !== none && isShared(key, point)) return Buffer.from(memory.subarray(at.secret));
      } finally {
        memory.fill(0);
        forget();
      }
      // Whoever asks OpenSSL next, as TLS does, takes an error that is left for one of his own.
      openssl.ERR_clear_error();
      throw new RangeError('not a point');
    };
    try {
      return { point: pointOf(key), secret, forget };
    } catch (error) {
      forget();
      throw error;
    }
  };
}
