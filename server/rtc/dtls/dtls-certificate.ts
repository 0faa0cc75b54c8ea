/**
 * Certificates and signatures in a handshake (RFC 5246 sections 7.4.2, 7.4.4 and 7.4.8):
 *
 *   Certificate          length of all 3 │ length 3 │ certificate, DER │ …
 *   CertificateRequest   types │ algorithms │ length of names 2
 *   CertificateVerify    algorithm 2 │ length 2 │ signature of all messages before
 */
import type { Ecdsa } from './dtls-ecdsa.ts';
import {
  end,
  reading,
  shortVector,
  signatureAlgorithm,
  signatureAlgorithms,
  uint16,
  uint16s,
} from './dtls-extension.ts';

/** The first certificate (DER) of a Certificate message; empty when there is none. Throws a {@link DtlsError}. */
export const firstCertificate = (body: Buffer): Buffer =>
  reading('Certificate', () => {
    if (body.readUIntBE(0, 3) === 0) return Buffer.alloc(0);
    return body.subarray(6, end(body, 6, body.readUIntBE(3, 3)));
  });

/** The body of a Certificate message with one certificate (DER). */
export function certificateBody(certificate: Buffer): Buffer {
  const lengths = Buffer.alloc(6);
  lengths.writeUIntBE(certificate.length + 3, 0, 3);
  lengths.writeUIntBE(certificate.length, 3, 3);
  return Buffer.concat([lengths, certificate]);
}

/** Asks for a certificate of ECDSA or RSA, whoever has signed it: it is known by its fingerprint. */
export function certificateRequestBody(): Buffer {
  const [rsaSign, ecdsaSign] = [1, 64];
  const noNames = uint16(0);
  return Buffer.concat([shortVector(Buffer.from([ecdsaSign, rsaSign])), uint16s(signatureAlgorithms), noNames]);
}

/** The body of CertificateVerify, and the end of ServerKeyExchange, by a signature of ours. */
export const signatureBody = (signature: Buffer): Buffer =>
  Buffer.concat([uint16(signatureAlgorithm.ecdsa), uint16(signature.length), signature]);

/** Whether a body like that of `signatureBody` signs the data with the key of a certificate (DER). Throws a {@link DtlsError}. */
export function isSignedBy({ isSigned }: Ecdsa, certificate: Buffer, data: Buffer, body: Buffer): boolean {
  const [algorithm, signature] = reading('signature', () => [
    body.readUInt16BE(0),
    body.subarray(4, end(body, 4, body.readUInt16BE(2))),
  ]);
  return signatureAlgorithms.includes(algorithm) && isSigned(certificate, data, signature);
}
