/**
 * What a handshake is calculated with. Two ways lead to the same, and one is shorter. Only certificates are not read alike:
 * `p256Point` takes a key out of some that `X509Certificate` refuses. That gives nothing away, as a certificate is known by its
 * hash before its key is looked for.
 */
import { byFfi } from '#server/node/by-ffi.ts';
import { type Ecdsa, ecdsaOfNode, ecdsaOfOpenssl } from './dtls-ecdsa.ts';
import { type Prf, prfOfHashes, prfOfHmacs } from './dtls-prf.ts';
import { type KeyShare, x25519OfNode, x25519OfOpenssl } from './dtls-x25519.ts';
import { selfSigned } from './self-signed.ts';

export interface DtlsCrypto {
  readonly prf: Prf;
  readonly ecdsa: Ecdsa;
  /** A new key. */
  x25519(): KeyShare;
}

/** By the objects of `node:crypto`. */
export const nodeCrypto: DtlsCrypto = { prf: prfOfHmacs, ecdsa: ecdsaOfNode, x25519: x25519OfNode };

/**
 * By OpenSSL through `node:ffi`; where that is missing or not allowed, lacks a function, or gives other results, as
 * `nodeCrypto`, and `onSlower` is told why.
 */
export const fastestCrypto = (onSlower?: (reason: string) => void): DtlsCrypto =>
  byFfi((ffi) => {
    const crypto = { prf: prfOfHashes(ffi), ecdsa: ecdsaOfOpenssl(ffi), x25519: x25519OfOpenssl(ffi) };
    const isRight = isRightPrf(crypto.prf) && isRightEcdsa(crypto.ecdsa) && isRightX25519(crypto.x25519);
    return isRight ? crypto : 'OpenSSL does not come to what node:crypto does';
  }, onSlower) ?? nodeCrypto;

/** With the lengths of secrets, seeds and keys in a handshake; twice, as nothing may be left of the first time. */
function isRightPrf(prf: Prf): boolean {
  const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => 7 * i + length);
  return [48, 40, 12, 56, 48, 40, 12, 56].every((length) =>
    [32, 48].every((secretLength) => {
      const asked = [bytes(secretLength), 'EXTRACTOR-dtls_srtp', bytes(secretLength + 16), length] as const;
      return prf(...asked).equals(prfOfHmacs(...asked));
    }),
  );
}

/** Each way verifies what the other has signed, and neither anything else: other data, another's key. */
function isRightEcdsa(ecdsa: Ecdsa): boolean {
  const [ours, others] = [selfSigned(0), selfSigned(0)];
  const [data, otherData] = [Buffer.from('signed'), Buffer.from('not signed')];
  const sign = ecdsa.signer(ours.key);
  return [sign(data), ecdsaOfNode.signer(ours.key)(data), sign(data)].every((signature) =>
    [ecdsa, ecdsaOfNode].every(
      ({ isSigned }) =>
        isSigned(ours.certificate, data, signature) &&
        !isSigned(others.certificate, data, signature) &&
        !isSigned(ours.certificate, otherData, signature),
    ),
  );
}

/** Both ways come to one secret, and no two keys are the same. */
function isRightX25519(x25519: () => KeyShare): boolean {
  const [ours, theirs] = [x25519(), x25519OfNode()];
  const isShared = ours.secret(theirs.point).equals(theirs.secret(ours.point));
  const another = x25519();
  another.forget();
  return isShared && !another.point.equals(ours.point);
}
