/**
 * What both sides write into hellos and read of them: vectors, and extensions (RFC 5246 section 7.4.1.4).
 *
 *   extensions   length 2 │ type 2 │ length 2 │ body │ type 2 │ …
 */
import { alertCode } from './dtls-alert.ts';

/** What the peer says that is no step of a handshake, or none that we can take, and the alert that tells it so. */
export class DtlsError extends Error {
  readonly alert: number;
  constructor(message: string, alert: number = alertCode.handshakeFailure) {
    super(message);
    this.alert = alert;
  }
}

/** ECDHE with AES-128-GCM, by an ECDSA key or an RSA one (RFC 5289): the ciphers of dtls-protection.ts. */
export const cipherSuite = { ecdsa: 0xc02b, rsa: 0xc02f } as const;
export const namedGroup = { p256: 23, x25519: 29 } as const;
/** ecdsa_secp256r1_sha256 and rsa_pkcs1_sha256. */
export const signatureAlgorithm = { ecdsa: 0x0403, rsa: 0x0401 } as const;
export const signatureAlgorithms: readonly number[] = Object.values(signatureAlgorithm);

export const extension = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  supportedVersions: 43,
  renegotiationInfo: 0xff01,
} as const;

/** A number of 2 bytes. */
export const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** Numbers of 2 bytes, behind their length. */
export const uint16s = (values: readonly number[]): Buffer =>
  Buffer.concat([uint16(2 * values.length), ...values.map(uint16)]);

/** Bytes behind their length, which is of 1 byte. */
export const shortVector = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([bytes.length]), bytes]);

export const encodedExtension = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([uint16(type), uint16(body.length), body]);

/** The extensions of a hello, behind the length of all. */
export const encodedExtensions = (extensions: readonly Buffer[]): Buffer =>
  Buffer.concat([uint16(extensions.reduce((sum, { length }) => sum + length, 0)), ...extensions]);

/** The extensions from there to the end, by their types. Throws a {@link DtlsError} when one comes twice. */
export function extensionsAt(body: Buffer, at: number): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  if (at === body.length) return found;
  const last = end(body, at + 2, body.readUInt16BE(at));
  for (let next = at + 2; next < last; ) {
    const [type, from] = [body.readUInt16BE(next), next + 4];
    next = end(body, from, body.readUInt16BE(next + 2));
    if (found.has(type)) throw new DtlsError(`the peer has extension ${type} twice`, alertCode.illegalParameter);
    found.set(type, body.subarray(from, next));
  }
  return found;
}

/** Numbers of 2 bytes behind their length, which is of 2 bytes and stands at the beginning. */
export function numbersOf(bytes: Buffer): readonly number[] {
  const last = end(bytes, 2, bytes.readUInt16BE(0));
  const numbers: number[] = [];
  for (let at = 2; at + 1 < last; at += 2) numbers.push(bytes.readUInt16BE(at));
  return numbers;
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
    if (error instanceof RangeError) throw new DtlsError(`the peer's ${message} is cut off`, alertCode.decodeError);
    throw error;
  }
}
