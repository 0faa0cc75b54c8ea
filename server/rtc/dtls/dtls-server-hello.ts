/**
 * The hellos of a handshake in which we are the server; their forms stand in dtls-client-hello.ts. We take what a safe
 * handshake needs (RFC 8827 section 6.5) in the order of what it costs: X25519 before P-256, AES-GCM before AES-CM.
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
  numbersOf,
  reading,
  shortVector,
  signatureAlgorithm,
  uint16,
  uint16s,
} from './dtls-extension.ts';
import { version12 } from './dtls-record.ts';

/** What a client's hello and ours have agreed on. */
export interface Agreed {
  /** The client's, 32 bytes. */
  readonly random: Buffer;
  /** Of {@link namedGroup}. */
  readonly group: number;
  readonly profile: SrtpProfile;
  /** What the client offered of what has to be said again. */
  readonly hasPointFormats: boolean;
  readonly knowsRenegotiation: boolean;
}

type Extensions = ReadonlyMap<number, Buffer>;

/** Stands for an empty renegotiation_info (RFC 5746 section 3.3). */
const renegotiationSuite = 0x00ff;
const groups: readonly number[] = [namedGroup.x25519, namedGroup.p256];
const profiles: readonly SrtpProfile[] = [srtpProfile.AEAD_AES_128_GCM, srtpProfile.AES128_CM_HMAC_SHA1_80];

/** What comes of a ClientHello. Throws a {@link DtlsError} when the client lacks something that a handshake of ours has. */
export function agreed(body: Buffer): Agreed {
  return reading('ClientHello', () => {
    const cookieAt = end(body, 35, body.readUInt8(34));
    const suitesAt = end(body, cookieAt + 1, body.readUInt8(cookieAt));
    const compressionsAt = end(body, suitesAt + 2, body.readUInt16BE(suitesAt));
    const extensionsBegin = end(body, compressionsAt + 1, body.readUInt8(compressionsAt));
    const suites = numbersOf(body.subarray(suitesAt, compressionsAt));
    const extensions = extensionsAt(body, extensionsBegin);
    checkVersion(body.readUInt16BE(0), extensions);
    if (!suites.includes(cipherSuite.ecdsa))
      throw new DtlsError('the client lacks TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256');
    if (!body.subarray(compressionsAt + 1, extensionsBegin).includes(0))
      throw new DtlsError('the client wants compression', alertCode.illegalParameter);
    checkExtensions(extensions);
    const knowsRenegotiation = extensions.has(extension.renegotiationInfo) || suites.includes(renegotiationSuite);
    return {
      random: body.subarray(2, 34),
      group: chosenGroup(extensions.get(extension.supportedGroups)),
      profile: chosenProfile(extensions.get(extension.useSrtp)),
      hasPointFormats: extensions.has(extension.pointFormats),
      knowsRenegotiation,
    };
  });
}

/** Numbers of versions count down. A client that has a newer one names it apart (RFC 9147 section 5.3). */
function checkVersion(version: number, extensions: Extensions) {
  const named = extensions.get(extension.supportedVersions);
  const versions = named === undefined ? [version] : numbersOf(Buffer.concat([Buffer.from([0]), named]));
  const isNewEnough = version >> 8 === 0xfe && version <= version12;
  if (!isNewEnough || (named !== undefined && !versions.includes(version12)))
    throw new DtlsError('the client lacks DTLS 1.2', alertCode.protocolVersion);
}

function checkExtensions(extensions: Extensions) {
  const algorithms = extensions.get(extension.signatureAlgorithms);
  if (algorithms === undefined || !numbersOf(algorithms).includes(signatureAlgorithm.ecdsa))
    throw new DtlsError('the client does not verify ECDSA over P-256 with SHA-256');
  // With it, the keys belong to this handshake and to no other (RFC 7627).
  if (!extensions.has(extension.extendedMasterSecret))
    throw new DtlsError('the client has no extended master secret (RFC 7627)');
  // There was no handshake before (RFC 5746 section 3.6).
  if (extensions.get(extension.renegotiationInfo)?.equals(Buffer.from([0])) === false)
    throw new DtlsError('the client takes this handshake for another one');
  const uncompressed = 0;
  if (extensions.get(extension.pointFormats)?.subarray(1).includes(uncompressed) === false)
    throw new DtlsError('the client does not read points as they are', alertCode.illegalParameter);
}

/** A client that names none takes any; P-256 is the one that all have (RFC 8422 section 4). */
function chosenGroup(named: Buffer | undefined): number {
  const theirs = named === undefined ? [namedGroup.p256] : numbersOf(named);
  const group = groups.find((each) => theirs.includes(each));
  if (group === undefined) throw new DtlsError('the client has neither X25519 nor P-256');
  return group;
}

function chosenProfile(named: Buffer | undefined): SrtpProfile {
  const theirs = named === undefined ? [] : numbersOf(named);
  const profile = profiles.find((each) => theirs.includes(each));
  if (profile !== undefined) return profile;
  const names = Object.keys(srtpProfile).join(' or ');
  throw new DtlsError(`the client offers no SRTP profile that we have (${names})`);
}

/** The body of our ServerHello; `random` is 32 bytes. No session can be resumed, so it has no id. */
export function encodedServerHello(
  random: Uint8Array,
  { profile, hasPointFormats, knowsRenegotiation }: Agreed,
): Buffer {
  const noMki = Buffer.from([0]);
  const extensions = [
    ...(knowsRenegotiation ? [encodedExtension(extension.renegotiationInfo, Buffer.from([0]))] : []),
    ...(hasPointFormats ? [encodedExtension(extension.pointFormats, Buffer.from([1, 0]))] : []),
    encodedExtension(extension.extendedMasterSecret, Buffer.alloc(0)),
    encodedExtension(extension.useSrtp, Buffer.concat([uint16s([profile]), noMki])),
  ];
  const noSession = Buffer.alloc(0);
  const noCompression = Buffer.from([0]);
  return Buffer.concat([
    ...[uint16(version12), random, shortVector(noSession), uint16(cipherSuite.ecdsa), noCompression],
    encodedExtensions(extensions),
  ]);
}
