/**
 * The hellos of a handshake in which we are the client (RFC 5246 section 7.4.1, RFC 6347 section 4.2.1):
 *
 *   ClientHello          version 2 │ random 32 │ session id │ cookie │ cipher suites │ compressions │ extensions
 *   HelloVerifyRequest   version 2 │ cookie
 *   ServerHello          version 2 │ random 32 │ session id │ cipher suite 2 │ compression 1 │ extensions
 */
import { type SrtpProfile, srtpProfile } from '#server/media/plane.ts';
import { version12 } from './dtls-record.ts';

/** What a server says that is no step of a handshake, or none that we can take. */
export class DtlsError extends Error {}

/** ECDHE with AES-128-GCM, by an ECDSA key or an RSA one (RFC 5289): the ciphers of dtls-protection.ts. */
const cipherSuites = [0xc02b, 0xc02f];
export const namedGroup = { p256: 23, x25519: 29 } as const;
/** ecdsa_secp256r1_sha256 and rsa_pkcs1_sha256. */
export const signatureAlgorithms: readonly number[] = [0x0403, 0x0401];

const extension = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

/** Numbers of 2 bytes, behind their length. */
const uint16s = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 + 2 * values.length);
  bytes.writeUInt16BE(2 * values.length, 0);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value, 2 + 2 * i);
  return bytes;
};

/** Bytes behind their length, which is of 1 byte. */
export const shortVector = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([bytes.length]), bytes]);

const encodedExtension = (type: number, body: Uint8Array): Buffer => {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
};

/** The body of a ClientHello; `random` is 32 bytes, `cookie` empty in the first. */
export function clientHello(random: Uint8Array, cookie: Uint8Array): Buffer {
  const version = Buffer.alloc(2);
  version.writeUInt16BE(version12);
  const profiles = uint16s([srtpProfile.AEAD_AES_128_GCM, srtpProfile.AES128_CM_HMAC_SHA1_80]);
  const extensions = Buffer.concat([
    encodedExtension(extension.supportedGroups, uint16s([namedGroup.x25519, namedGroup.p256])),
    encodedExtension(extension.pointFormats, Buffer.from([1, 0])),
    encodedExtension(extension.signatureAlgorithms, uint16s(signatureAlgorithms)),
    // No MKI (RFC 5764 section 4.1.1).
    encodedExtension(extension.useSrtp, Buffer.concat([profiles, Buffer.from([0])])),
    encodedExtension(extension.extendedMasterSecret, Buffer.alloc(0)),
    encodedExtension(extension.renegotiationInfo, Buffer.from([0])),
  ]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(extensions.length);
  const noSession = Buffer.from([0]);
  const noCompression = Buffer.from([1, 0]);
  return Buffer.concat([
    ...[version, random, noSession, shortVector(cookie)],
    ...[uint16s(cipherSuites), noCompression, length, extensions],
  ]);
}

/** The cookie that the server wants to see. Throws a {@link DtlsError}. */
export const wantedCookie = (body: Buffer): Buffer =>
  reading('HelloVerifyRequest', () => body.subarray(3, end(body, 3, body.readUInt8(2))));

export interface ServerHello {
  /** 32 bytes. */
  readonly random: Buffer;
  readonly profile: SrtpProfile;
}

/**
 * Reads a ServerHello. Throws a {@link DtlsError} for one that chooses what was not offered, and for one without the
 * extended master secret (RFC 7627): with it, the keys belong to this handshake and to no other.
 */
export function serverHello(body: Buffer): ServerHello {
  return reading('ServerHello', () => {
    const version = body.readUInt16BE(0);
    const suiteAt = end(body, 35, body.readUInt8(34));
    const suite = body.readUInt16BE(suiteAt);
    if (version !== version12 || !cipherSuites.includes(suite) || body.readUInt8(suiteAt + 2) !== 0)
      throw new DtlsError('the peer chooses a version or a cipher that was not offered');
    const extensions = extensionsAt(body, suiteAt + 3);
    if (!extensions.has(extension.extendedMasterSecret))
      throw new DtlsError('the peer has no extended master secret (RFC 7627)');
    return { random: body.subarray(2, 34), profile: chosenProfile(extensions.get(extension.useSrtp)) };
  });
}

function chosenProfile(body: Buffer | undefined): SrtpProfile {
  const chosen = body?.length === 5 && body.readUInt16BE(0) === 2 ? body.readUInt16BE(2) : undefined;
  for (const profile of Object.values(srtpProfile)) if (profile === chosen) return profile;
  throw new DtlsError(`the peer chooses no SRTP profile that we have (${Object.keys(srtpProfile).join(' or ')})`);
}

function extensionsAt(body: Buffer, at: number): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  if (at === body.length) return found;
  const last = end(body, at + 2, body.readUInt16BE(at));
  for (let next = at + 2; next < last; ) {
    const from = next + 4;
    next = end(body, from, body.readUInt16BE(next + 2));
    found.set(body.readUInt16BE(from - 4), body.subarray(from, next));
  }
  return found;
}

/** Where so many bytes end; all of them must be there. */
export function end(body: Buffer, from: number, length: number): number {
  if (from + length > body.length) throw new RangeError('cut off');
  return from + length;
}

/** What lies behind the end of a message is this module's own error, whatever the buffer calls it. */
export function reading<T>(message: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new DtlsError(`the peer's ${message} is cut off`);
    throw error;
  }
}
