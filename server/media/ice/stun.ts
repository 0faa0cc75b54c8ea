/**
 * STUN as an ICE-lite server needs it (RFC 8489, RFC 8445): read a binding request, see whether it is authentic.
 *
 *   0        2        4             8                        20
 *   | type   | length | magic cookie | transaction id (12)    | attributes: type, length, value, padded to 4 ...
 */
import { timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { blockLength, hmacSha1, hashLength as integrityLength } from './hmac-sha1.ts';

export const magicCookie = 0x2112a442;
export const headerLength = 20;

export const messageType = { request: 0x0001, success: 0x0101, error: 0x0111 } as const;

export const attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
} as const;

/** Attributes that must be understood (below 0x8000) and that a check may carry. */
const understood: ReadonlySet<number> = new Set([
  attribute.username,
  attribute.messageIntegrity,
  attribute.priority,
  attribute.useCandidate,
]);

const fingerprintLength = 8;
const fingerprintMask = 0x5354554e;

/** What a binding request says. Nothing of it is to be believed before `isAuthentic`. */
export interface BindingRequest {
  readonly localUfrag: string;
  readonly remoteUfrag: string;
  readonly useCandidate: boolean;
  /** The peer claims the controlled role, which is ours. */
  readonly isControlled: boolean;
  /** Comprehension-required attributes that we do not know. */
  readonly unknown: readonly number[];
  /** Where MESSAGE-INTEGRITY begins in the datagram. */
  readonly integrityAt: number;
}

/**
 * A binding request, or why it is none: `NotRequest` for well-formed responses and indications, which a lite agent has no
 * use for; `Malformed` for the rest, a wrong fingerprint and a lack of credentials included.
 */
export function bindingRequest(datagram: Buffer): BindingRequest | 'NotRequest' | 'Malformed' {
  if (!isFramed(datagram)) return 'Malformed';
  if (datagram.readUInt16BE(0) !== messageType.request) return 'NotRequest';
  const unknown: number[] = [];
  let [username, useCandidate, isControlled, integrityAt] = ['', false, false, 0];
  for (let at = headerLength; at < datagram.length; ) {
    const type = datagram.readUInt16BE(at);
    const length = datagram.readUInt16BE(at + 2);
    const next = at + 4 + ((length + 3) & ~3);
    if (next > datagram.length) return 'Malformed';
    if (type === attribute.fingerprint) {
      if (!isFingerprintRight(datagram, at, length)) return 'Malformed';
    } else if (integrityAt === 0) {
      // Behind MESSAGE-INTEGRITY only FINGERPRINT counts (RFC 8489 section 14.5): the rest is not signed.
      if (type === attribute.messageIntegrity) {
        if (length !== integrityLength) return 'Malformed';
        integrityAt = at;
      } else if (type === attribute.username) username = datagram.toString('utf8', at + 4, at + 4 + length);
      else if (type === attribute.useCandidate) useCandidate = true;
      else if (type === attribute.iceControlled) isControlled = true;
      else if (type < 0x8000 && !understood.has(type)) unknown.push(type);
    }
    at = next;
  }
  const colon = username.indexOf(':');
  if (colon < 1 || integrityAt === 0) return 'Malformed';
  const [localUfrag, remoteUfrag] = [username.slice(0, colon), username.slice(colon + 1)];
  return { localUfrag, remoteUfrag, useCandidate, isControlled, unknown, integrityAt };
}

/** Where MESSAGE-INTEGRITY begins in a framed message; -1 without one, or when attributes overrun. */
export function integrityOf(message: Buffer): number {
  for (let at = headerLength; at < message.length; ) {
    const length = message.readUInt16BE(at + 2);
    if (at + 4 + length > message.length) return -1;
    if (message.readUInt16BE(at) === attribute.messageIntegrity) return length === integrityLength ? at : -1;
    at += 4 + ((length + 3) & ~3);
  }
  return -1;
}

/** True when MESSAGE-INTEGRITY was made by that key. */
export function isAuthentic(
  datagram: Buffer,
  { integrityAt }: Pick<BindingRequest, 'integrityAt'>,
  key: Buffer,
): boolean {
  const at = integrityAt + 4;
  return timingSafeEqual(integrity(datagram, integrityAt, key), datagram.subarray(at, at + integrityLength));
}

/**
 * The HMAC-SHA1 over all before the attribute at `at`, with the header's length as if the message ended behind that
 * attribute (RFC 8489 section 14.5), whatever follows it in truth.
 */
export function integrity(message: Buffer, at: number, key: Buffer): Buffer {
  const padded = Buffer.allocUnsafe(blockLength + at);
  message.copy(padded, blockLength, 0, at);
  padded.writeUInt16BE(at + 4 + integrityLength - headerLength, blockLength + 2);
  return hmacSha1(key, padded);
}

/** The value of a FINGERPRINT attribute at `at`; the header's length must already include it. */
export const fingerprint = (message: Buffer, at: number): number =>
  (crc32(message.subarray(0, at)) ^ fingerprintMask) >>> 0;

function isFingerprintRight(datagram: Buffer, at: number, length: number): boolean {
  const isLast = at + fingerprintLength === datagram.length;
  return isLast && length === 4 && datagram.readUInt32BE(at + 4) === fingerprint(datagram, at);
}

/** Header whole, cookie right, length that of the datagram, and a multiple of 4, so that attributes cannot overrun. */
export function isFramed(datagram: Buffer): boolean {
  return (
    datagram.length >= headerLength &&
    datagram.readUInt16BE(0) < 0x4000 &&
    datagram.readUInt32BE(4) === magicCookie &&
    datagram.readUInt16BE(2) === datagram.length - headerLength &&
    datagram.length % 4 === 0
  );
}
