/**
 * ECDSA with SHA-256, for signatures of ours and of clients. By OpenSSL's functions for P-256 alone, through `node:ffi`: to
 * make objects of a certificate and its key takes `node:crypto` half as long as to verify a signature with it.
 */
import { hash, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import type * as Ffi from 'node:ffi';
import { functionsOf } from '#server/node/functions-of.ts';
import { p256Point } from './p256-point.ts';

/** By the key of a certificate, in DER. */
export type Sign = (data: Uint8Array) => Buffer;

export interface Ecdsa {
  /** `key` is one of P-256. */
  signer(key: KeyObject): Sign;
  /** Whether that is a signature by the key of a certificate (DER), which may be one of RSA as well. */
  isSigned(certificate: Buffer, data: Uint8Array, signature: Uint8Array): boolean;
}

export const ecdsaOfNode: Ecdsa = {
  signer: (key) => (data) => sign('sha256', data, key),
  isSigned(certificate, data, signature) {
    try {
      return verify('sha256', data, new X509Certificate(certificate).publicKey, signature);
    } catch {
      return false; // not a certificate, or a key that cannot sign
    }
  },
};

const functions = {
  EC_KEY_new_by_curve_name: { return: 'pointer', arguments: ['int32'] },
  EC_KEY_oct2key: { return: 'int32', arguments: ['pointer', 'pointer', 'uint64', 'pointer'] },
  d2i_ECPrivateKey: { return: 'pointer', arguments: ['pointer', 'pointer', 'int64'] },
  ECDSA_sign: { return: 'int32', arguments: ['int32', 'pointer', 'int32', 'pointer', 'pointer', 'pointer'] },
  ECDSA_verify: { return: 'int32', arguments: ['int32', 'pointer', 'int32', 'pointer', 'int32', 'pointer'] },
  ERR_clear_error: { return: 'void', arguments: [] },
} as const;

const none = 0n;
/** `NID_X9_62_prime256v1` in `openssl/obj_mac.h`. */
const p256 = 415;
const hashLength = 32;
/** A sequence of two numbers of 33 bytes. */
const longestSignature = 72;
/** Where things lie in the memory that both sides see. The number is a pointer, or a length. */
const at = { number: 0, hash: 16, signature: 64, key: 144, size: 512 };

/** Throws where OpenSSL lacks the functions. */
export function ecdsaOfOpenssl(ffi: typeof Ffi): Ecdsa {
  const openssl = functionsOf(ffi, functions);
  const memory = Buffer.allocUnsafeSlow(at.size).fill(0);
  const start = ffi.getRawPointer(memory);
  const [hashed, signed, keyAt] = [start + BigInt(at.hash), start + BigInt(at.signature), start + BigInt(at.key)];
  /** Has the key of whoever was last asked for. */
  const theirs = openssl.EC_KEY_new_by_curve_name(p256);
  if (theirs === none) throw new Error('OpenSSL has no P-256');

  const owned = (key: KeyObject): bigint => {
    const der = key.export({ format: 'der', type: 'sec1' });
    memory.set(der, at.key);
    memory.writeBigUInt64LE(keyAt, at.number);
    const own = openssl.d2i_ECPrivateKey(none, start, BigInt(der.length));
    der.fill(0);
    memory.fill(0);
    if (own === none) throw new Error('OpenSSL does not read our key');
    return own;
  };
  const isSignedBy = (point: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean => {
    if (signature.length > longestSignature) return false;
    memory.set(point, at.key);
    memory.set(hash('sha256', data, 'buffer'), at.hash);
    memory.set(signature, at.signature);
    const isRight =
      // Refuses what is not on the curve.
      openssl.EC_KEY_oct2key(theirs, keyAt, BigInt(point.length), none) === 1 &&
      openssl.ECDSA_verify(0, hashed, hashLength, signed, signature.length, theirs) === 1;
    // Whoever asks OpenSSL next, as TLS does, takes an error that is left for one of his own.
    if (!isRight) openssl.ERR_clear_error();
    return isRight;
  };
  return {
    signer(key) {
      const own = owned(key);
      return (data) => {
        memory.set(hash('sha256', data, 'buffer'), at.hash);
        if (openssl.ECDSA_sign(0, hashed, hashLength, signed, start, own) !== 1)
          throw new Error('OpenSSL refused to sign');
        return Buffer.from(memory.subarray(at.signature, at.signature + memory.readUInt32LE(at.number)));
      };
    },
    isSigned(certificate, data, signature) {
      const point = p256Point(certificate);
      return point === undefined
        ? ecdsaOfNode.isSigned(certificate, data, signature)
        : isSignedBy(point, data, signature);
    },
  };
}
