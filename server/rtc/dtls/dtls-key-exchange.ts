/**
 * The key exchange of a handshake in which we are the client (RFC 8422 sections 5.4 and 5.7):
 *
 *   ServerKeyExchange   curve type 1 │ group 2 │ point │ algorithm 2 │ length 2 │ signature of both randoms and the first three
 *   ClientKeyExchange   point
 */
import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { type SrtpKeys, type SrtpProfile, srtpProfile } from '#server/media/plane.ts';
import { DtlsError, end, namedGroup, reading, shortVector, signatureAlgorithms } from './dtls-hello.ts';
import type { RecordKey } from './dtls-protection.ts';
import { pseudoRandom } from './dtls-secrets.ts';

/** What both sides have said so far. */
export interface Randoms {
  readonly client: Buffer;
  readonly server: Buffer;
}

export interface ServerKey {
  readonly group: number;
  readonly point: Buffer;
}

/** The first certificate (DER) of a Certificate message. Throws a {@link DtlsError}. */
export const firstCertificate = (body: Buffer): Buffer =>
  reading('Certificate', () => body.subarray(6, end(body, 6, body.readUIntBE(3, 3))));

/**
 * The server's key of this handshake; undefined when it is not signed with the key of the certificate. Without that
 * anybody on the path could show somebody else's certificate. Throws a {@link DtlsError}.
 */
export function serverKey(body: Buffer, randoms: Randoms, certificate: Buffer): ServerKey | undefined {
  return reading('ServerKeyExchange', () => {
    const namedCurve = 3;
    if (body.readUInt8(0) !== namedCurve) throw new DtlsError('the peer chooses a curve that was not offered');
    const pointEnd = end(body, 4, body.readUInt8(3));
    const algorithm = body.readUInt16BE(pointEnd);
    const signature = body.subarray(pointEnd + 4, end(body, pointEnd + 4, body.readUInt16BE(pointEnd + 2)));
    const signed = Buffer.concat([randoms.client, randoms.server, body.subarray(0, pointEnd)]);
    if (!signatureAlgorithms.includes(algorithm) || !isSignedBy(certificate, signed, signature)) return undefined;
    return { group: body.readUInt16BE(1), point: body.subarray(4, pointEnd) };
  });
}

function isSignedBy(certificate: Buffer, data: Buffer, signature: Buffer): boolean {
  try {
    return verify('sha256', data, new X509Certificate(certificate).publicKey, signature);
  } catch {
    return false; // not a certificate, or a key that cannot sign
  }
}

/** Our half, made for this handshake: the body of ClientKeyExchange, and the secret. Throws a {@link DtlsError}. */
export function keyExchange({ group, point }: ServerKey): { readonly body: Buffer; readonly secret: Buffer } {
  try {
    if (group === namedGroup.x25519) return x25519(point);
    if (group === namedGroup.p256) return p256(point);
  } catch {
    throw new DtlsError("the peer's key is no point of its curve");
  }
  throw new DtlsError('the peer chooses a curve that was not offered');
}

/** What stands before the bytes of a public key in DER (RFC 8410 section 4). */
const spkiHeader = Buffer.from('302a300506032b656e032100', 'hex');

const x25519Length = 32;

/** OpenSSL throws for a point with which every secret would give zeros, and passes over what stands behind a point. */
function x25519(point: Buffer) {
  if (point.length !== x25519Length) throw new RangeError('not a point');
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const theirs = createPublicKey({ key: Buffer.concat([spkiHeader, point]), format: 'der', type: 'spki' });
  const ours = publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiHeader.length);
  return { body: shortVector(ours), secret: diffieHellman({ privateKey, publicKey: theirs }) };
}

function p256(point: Buffer) {
  const ours = createECDH('prime256v1');
  ours.generateKeys();
  return { body: shortVector(ours.getPublicKey()), secret: ours.computeSecret(point) };
}

/** The master secret of this handshake and no other (RFC 7627 section 4), from its hash up to ClientKeyExchange. */
export const masterSecret = (secret: Uint8Array, sessionHash: Uint8Array): Buffer =>
  pseudoRandom(secret, 'extended master secret', sessionHash, 48);

const keyLength = 16;
const recordSaltLength = 4;

/** The keys of protected records (RFC 5246 section 6.3), of the client and of the server. */
export function clientsRecordKeys(
  master: Uint8Array,
  { client, server }: Randoms,
): Record<'ours' | 'theirs', RecordKey> {
  const next = slices(
    pseudoRandom(master, 'key expansion', Buffer.concat([server, client]), 2 * (keyLength + recordSaltLength)),
  );
  const keys = [next(keyLength), next(keyLength)] as const;
  const salts = [next(recordSaltLength), next(recordSaltLength)] as const;
  return { ours: { key: keys[0], salt: salts[0] }, theirs: { key: keys[1], salt: salts[1] } };
}

/** The keys of media (RFC 5764 section 4.2), when we are the client. Each in memory of its own: they go to another thread. */
export function clientsSrtpKeys(master: Uint8Array, { client, server }: Randoms, profile: SrtpProfile): SrtpKeys {
  // Salts are 12 bytes with GCM (RFC 7714 section 12), 14 with counter mode (RFC 3711 section 8.2).
  const saltLength = profile === srtpProfile.AEAD_AES_128_GCM ? 12 : 14;
  const seed = Buffer.concat([client, server]);
  const next = slices(pseudoRandom(master, 'EXTRACTOR-dtls_srtp', seed, 2 * (keyLength + saltLength)));
  const [localKey, remoteKey] = [next(keyLength), next(keyLength)];
  const [localSalt, remoteSalt] = [next(saltLength), next(saltLength)];
  return { profile, localKey, localSalt, remoteKey, remoteSalt };
}

/** One part after the other, each a copy. */
function slices(bytes: Buffer): (length: number) => Uint8Array {
  let at = 0;
  return (length) => {
    at += length;
    return new Uint8Array(bytes.subarray(at - length, at));
  };
}

/** The body of a Certificate message with one certificate (DER). */
export function certificateBody(certificate: Buffer): Buffer {
  const lengths = Buffer.alloc(6);
  lengths.writeUIntBE(certificate.length + 3, 0, 3);
  lengths.writeUIntBE(certificate.length, 3, 3);
  return Buffer.concat([lengths, certificate]);
}

/** The body of CertificateVerify: our key, an ECDSA one, signs the handshake. */
export function certificateVerifyBody(signature: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(0x0403, 0);
  header.writeUInt16BE(signature.length, 2);
  return Buffer.concat([header, signature]);
}
