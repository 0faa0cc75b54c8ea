/**
 * RTP headers (RFC 3550 section 5.1, RFC 8285), read into a slot that is used again for every packet, and written from a
 * template: what a subscriber negotiated decides what its headers carry, so nothing of the publisher's header but
 * padding, marker and timestamp reaches it; not its extensions, nor its contributing sources.
 */
export interface RtpHeader {
  hasPadding: boolean;
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  /** Bytes up to the payload, contributing sources and extensions included. */
  length: number;
  /** Where extension elements begin, and end; both 0 without any. */
  extensionAt: number;
  extensionEnd: number;
  extensionProfile: number;
}

export const emptyHeader = (): RtpHeader => ({
  hasPadding: false,
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  length: 0,
  extensionAt: 0,
  extensionEnd: 0,
  extensionProfile: 0,
});

const fixedLength = 12;
const oneByteProfile = 0xbede;
/** The lowest four bits are the application's (RFC 8285 section 4.3). */
const twoByteProfile = 0x100;

/** False for what is no RTP packet; the slot then holds nothing of use. */
export function readHeader(packet: Buffer, into: RtpHeader): boolean {
  if (packet.length < fixedLength) return false;
  const first = packet[0] ?? 0;
  const second = packet[1] ?? 0;
  if (first >>> 6 !== 2) return false;
  into.hasPadding = (first & 0x20) !== 0;
  into.marker = second >= 0x80;
  into.payloadType = second & 0x7f;
  into.sequence = numberAt(packet, 2);
  into.timestamp = numberAt(packet, 4) * 0x10000 + numberAt(packet, 6);
  into.ssrc = numberAt(packet, 8) * 0x10000 + numberAt(packet, 10);
  into.length = fixedLength + 4 * (first & 0x0f);
  into.extensionAt = 0;
  into.extensionEnd = 0;
  if ((first & 0x10) === 0) return into.length <= packet.length;
  if (into.length + 4 > packet.length) return false;
  into.extensionProfile = numberAt(packet, into.length);
  into.extensionAt = into.length + 4;
  into.extensionEnd = into.extensionAt + 4 * numberAt(packet, into.length + 2);
  into.length = into.extensionEnd;
  return into.length <= packet.length;
}

/** 16 bits. The readers of Buffer take twice as long, and make a list of their arguments. */
const numberAt = (packet: Buffer, at: number): number => ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);

/** A header extension's value as text, such as the MID; undefined when the packet does not carry it whole. */
export function extensionText(packet: Buffer, header: RtpHeader, id: number): string | undefined {
  const found = extensionIn(packet, header, id);
  if (found < 0) return undefined;
  const start = Math.floor(found / 256);
  return packet.toString('utf8', start, start + (found % 256));
}

/** A header extension's value as a number of 16 bits; -1 when the packet does not carry just that. Allocates nothing. */
export function extensionNumber(packet: Buffer, header: RtpHeader, id: number): number {
  const found = extensionIn(packet, header, id);
  return found < 0 || found % 256 !== 2 ? -1 : packet.readUInt16BE(Math.floor(found / 256));
}

/** Where a header extension's value begins, times 256, plus its length; -1 when the packet does not carry it whole. */
export function extensionIn(packet: Buffer, header: RtpHeader, id: number): number {
  const isOneByte = header.extensionProfile === oneByteProfile;
  if (!isOneByte && header.extensionProfile >>> 4 !== twoByteProfile) return -1;
  for (let at = header.extensionAt; at < header.extensionEnd; ) {
    const head = packet[at] ?? 0;
    if (head === 0) {
      at += 1;
      continue;
    }
    const found = isOneByte ? head >>> 4 : head;
    // In the one-byte form 15 says stop, and lengths are written less one.
    if (isOneByte && found === 15) return -1;
    const start = at + (isOneByte ? 1 : 2);
    const length = isOneByte ? (head & 0x0f) + 1 : (packet[at + 1] ?? 0);
    if (start + length > header.extensionEnd) return -1;
    if (found === id) return start * 256 + length;
    at = start + length;
  }
  return -1;
}

interface Element {
  readonly id: number;
  readonly value: Buffer;
}

/** Elements of the form of one byte have ids up to this, and up to so many bytes (RFC 8285 section 4.2). */
export const mostShortId = 14;
export const mostInShort = 16;

const isShort = ({ id, value: { length } }: Element): boolean =>
  id <= mostShortId && length >= 1 && length <= mostInShort;

/**
 * What is the same in every header of one SSRC: the SSRC, and the elements of its extension, whose values may be written to
 * later. `valuesAt`: where each of them stands; `end`: where they all end, behind which there is `room` for more.
 */
export function headerTemplate(
  ssrc: number,
  elements: readonly Element[],
  { isOneByte = elements.every(isShort), room = 0 } = {},
): { readonly header: Buffer; readonly valuesAt: readonly number[]; readonly end: number } {
  const headLength = isOneByte ? 1 : 2;
  const length = elements.reduce((sum, { value }) => sum + headLength + value.length, room);
  const words = Math.ceil(length / 4);
  const header = Buffer.alloc(fixedLength + (length === 0 ? 0 : 4 + 4 * words));
  header[0] = length === 0 ? 0x80 : 0x90;
  header.writeUInt32BE(ssrc, 8);
  if (length === 0) return { header, valuesAt: [], end: fixedLength };
  header.writeUInt16BE(isOneByte ? oneByteProfile : twoByteProfile << 4, fixedLength);
  header.writeUInt16BE(words, fixedLength + 2);
  let at = fixedLength + 4;
  const valuesAt = elements.map(({ id, value }) => {
    if (isOneByte) header[at] = (id << 4) | (value.length - 1);
    else header.set([id, value.length], at);
    const valueAt = at + headLength;
    header.set(value, valueAt);
    at = valueAt + value.length;
    return valueAt;
  });
  return { header, valuesAt, end: at };
}

/** Fills in what differs from packet to packet. Byte by byte: the checks of Buffer's writers cost more than the writes. */
export function writeHeader(
  header: Buffer,
  hasPadding: boolean,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
): void {
  header[0] = ((header[0] ?? 0) & 0xdf) | (hasPadding ? 0x20 : 0);
  header[1] = payloadType | (marker ? 0x80 : 0);
  header[2] = sequence >>> 8;
  header[3] = sequence;
  header[4] = timestamp >>> 24;
  header[5] = timestamp >>> 16;
  header[6] = timestamp >>> 8;
  header[7] = timestamp;
}

/** For a header that goes out in the names of several streams. */
export function writeSsrc(header: Buffer, ssrc: number): void {
  header[8] = ssrc >>> 24;
  header[9] = ssrc >>> 16;
  header[10] = ssrc >>> 8;
  header[11] = ssrc;
}
