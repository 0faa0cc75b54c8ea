/**
 * X25519 (RFC 7748) by OpenSSL, for werift. Its own is tweetnacl's, in JavaScript, and was half the cost of a handshake.
 * werift calls tweetnacl through the object that its module exports, anew each time: so functions can be replaced there.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, randomFillSync } from 'node:crypto';
import { createRequire } from 'node:module';

/** What werift calls of tweetnacl. Each key is 32 bytes in memory of its own. */
export interface X25519 {
  /**
   * The secret that two sides share. Throws for keys of another length, and for a public key with which each secret key
   * would give zeros: whoever sends one wants a secret that everybody knows (RFC 8422 section 5.11).
   */
  scalarMult: (secretKey: Uint8Array, publicKey: Uint8Array) => Uint8Array;
  readonly box: { keyPair: () => { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } };
}

const keyLength = 32;
/** What stands before a key's bytes in DER (RFC 8410 sections 4 and 7). */
const spkiHeader = Buffer.from('302a300506032b656e032100', 'hex');
const pkcs8Header = Buffer.from('302e020100300506032b656e04220420', 'hex');

export function nativeX25519(): X25519 {
  /** OpenSSL's keys of our secrets, by the memory of their bytes: to make one takes as long as to multiply with it. */
  const made = new WeakMap<ArrayBufferLike, KeyObject>();
  return {
    scalarMult: (secretKey, publicKey) => {
      if (secretKey.length !== keyLength || publicKey.length !== keyLength)
        throw new RangeError(`X25519 takes keys of ${keyLength} bytes`);
      const privateKey = made.get(secretKey.buffer) ?? secret(secretKey);
      return new Uint8Array(diffieHellman({ privateKey, publicKey: point(publicKey) }));
    },
    box: {
      keyPair: () => {
        const secretKey = randomFillSync(new Uint8Array(keyLength));
        const privateKey = secret(secretKey);
        made.set(secretKey.buffer, privateKey);
        // As text: OpenSSL takes twenty times as long to encode DER.
        const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
        return { publicKey: new Uint8Array(Buffer.from(x, 'base64url')), secretKey };
      },
    },
  };
}

const secret = (bytes: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([pkcs8Header, bytes]), format: 'der', type: 'pkcs8' });

const point = (bytes: Uint8Array) =>
  createPublicKey({ key: Buffer.concat([spkiHeader, bytes]), format: 'der', type: 'spki' });

/** tweetnacl as werift finds it, wherever npm has put it; undefined when there is none. */
export function weriftsX25519(): unknown {
  try {
    return createRequire(import.meta.resolve('werift'))('tweetnacl');
  } catch {
    return undefined;
  }
}

/**
 * Puts `ours` in the place of `theirs`, and says whether it is there now. Nothing changes when `theirs` is not what we
 * know, or `ours` errs about what RFC 7748 calculates: slow is better than wrong.
 */
export function replaceX25519(theirs: unknown, ours: X25519): boolean {
  if (!isX25519(theirs) || !isRight(ours)) return false;
  try {
    // What else hangs on their functions stays (`scalarMult.base`).
    theirs.scalarMult = Object.assign(ours.scalarMult, theirs.scalarMult);
    theirs.box.keyPair = Object.assign(ours.box.keyPair, theirs.box.keyPair);
    return true;
  } catch {
    return false; // frozen
  }
}

function isX25519(value: unknown): value is X25519 {
  const { scalarMult, box } = (value ?? {}) as Partial<X25519>;
  return typeof scalarMult === 'function' && typeof box?.keyPair === 'function';
}

/** Alice and Bob of RFC 7748 section 6.1. */
const alice = {
  secret: Buffer.from('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a', 'hex'),
  public: Buffer.from('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a', 'hex'),
};
const bobsPublic = Buffer.from('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f', 'hex');
const shared = Buffer.from('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742', 'hex');
const basePoint = Buffer.concat([Buffer.from([9])], keyLength);

function isRight({ scalarMult, box }: X25519): boolean {
  try {
    const { publicKey, secretKey } = box.keyPair();
    return (
      shared.equals(scalarMult(alice.secret, bobsPublic)) &&
      alice.public.equals(scalarMult(alice.secret, basePoint)) &&
      Buffer.from(publicKey).equals(scalarMult(secretKey, basePoint)) &&
      // werift takes the whole memory for the key.
      [publicKey, secretKey].every(({ buffer }) => buffer.byteLength === keyLength)
    );
  } catch {
    return false;
  }
}
