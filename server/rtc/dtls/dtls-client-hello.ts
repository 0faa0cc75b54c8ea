/**
 * The hellos of a handshake in which we are the client (RFC 5246 section 7.4.1, RFC 6347 section 4.2.1):
 *
 *   ClientHello          version 2 │ random 32 │ session id │ cookie │ cipher suites │ compressions │ extensions
 *   HelloVerifyRequest   version 2 │ cookie
 *   ServerHello          version 2 │ random 32 │ session id │ cipher suite 2 │ compression 1 │ extensions
 */
import { type SrtpProfile, srtpProfile } from '#server/media/plane.ts';
import { alertCode } from './dtls-alert.ts';
import {
  cipherSuite,
  DtlsError,
  encodedExtension,
  encodedExtensions,
  end,
  extension,
  extensionsAt,
  namedGroup,
  reading,
  shortVector,
  signatureAlgorithms,
  uint16,
  uint16s,
} from './dtls-extension.ts';
import { version12 } from './dtls-record.ts';

const cipherSuites: readonly number[] = Object.values(cipherSuite);

/** All that we offer; of a server's answer none may be another (RFC 5246 section 7.4.1.4). */
const offered: ReadonlyMap<number, Buffer> = new Map([
  [extension.supportedGroups, uint16s([namedGroup.x25519, namedGroup.p256])],
  [extension.pointFormats, Buffer.from([1, 0])],
  [extension.signatureAlgorithms, uint16s(signatureAlgorithms)],
  // No MKI (RFC 5764 section 4.1.1).
  [
    extension.useSrtp,
    Buffer.concat([uint16s([srtpProfile.AEAD_AES_128_GCM, srtpProfile.AES128_CM_HMAC_SHA1_80]), Buffer.from([0])]),
  ],
  [extension.extendedMasterSecret, Buffer.alloc(0)],
  [extension.renegotiationInfo, Buffer.from([0])],
]);

/** The body of a ClientHello; `random` is 32 bytes, `cookie` empty in the first. */
export function clientHello(random: Uint8Array, cookie: Uint8Array): Buffer {
  const noSession = Buffer.from([0]);
  const noCompression = Buffer.from([1, 0]);
  const extensions = offered.entries().map(([type, body]) => encodedExtension(type, body));
  return Buffer.concat([
    ...[uint16(version12), random, noSession, shortVector(cookie)],
    ...[uint16s(cipherSuites), noCompression, encodedExtensions([...extensions])],
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
      throw new DtlsError('the peer chooses a version or a cipher that was not offered', alertCode.illegalParameter);
    const extensions = extensionsAt(body, suiteAt + 3);
    for (const type of extensions.keys())
      if (!offered.has(type))
        throw new DtlsError(`the peer answers with extension ${type}, not offered`, alertCode.unsupportedExtension);
    if (!extensions.has(extension.extendedMasterSecret))
      throw new DtlsError('the peer has no extended master secret (RFC 7627)');
    // There was no handshake before (RFC 5746 section 3.4).
    if (extensions.get(extension.renegotiationInfo)?.equals(Buffer.from([0])) === false)
      throw new DtlsError('the peer takes this handshake for another one');
    return { random: body.subarray(2, 34), profile: chosenProfile(extensions.get(extension.useSrtp)) };
  });
}

function chosenProfile(body: Buffer | undefined): SrtpProfile {
  const chosen = body?.length === 5 && body.readUInt16BE(0) === 2 ? body.readUInt16BE(2) : undefined;
  for (const profile of Object.values(srtpProfile)) if (profile === chosen) return profile;
  throw new DtlsError(`the peer chooses no SRTP profile that we have (${Object.keys(srtpProfile).join(' or ')})`);
}
