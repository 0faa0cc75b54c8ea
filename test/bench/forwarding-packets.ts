/** A publisher's packets, which know their number, and how subscribers tell the number of what reaches them. */
import type { SrtpKeys } from '#server/media/plane.ts';
import { openRtp, srtpSession } from '#server/media/srtp/srtp.ts';

const headerLength = 12;
/** In the payload, behind what begins a key frame of VP8, so that whoever comes can start with any packet. */
const numberAt = 4;
const startsKeyFrame = [0x10, 0x50] as const;
/** Every so many packets one is decrypted, to see that what arrives is what was sent. */
const verifiedEvery = 100;

/**
 * Makes the SRTP packet of a number, in pieces, of the publisher with these keys. Its timestamp is the number, and so is
 * its transport-wide one, where that extension has an id.
 */
export function packets(
  keys: SrtpKeys,
  ssrc: number,
  payloadBytes: number,
  transportWideId?: number,
): (packet: number) => Buffer[] {
  const { seal } = srtpSession(keys).outgoing;
  return (packet) => {
    const header = Buffer.alloc(headerLength + (transportWideId === undefined ? 0 : 8));
    header.writeUInt16BE(transportWideId === undefined ? 0x8060 : 0x9060, 0);
    if (transportWideId !== undefined) {
      header.writeUInt32BE(0xbede_0001, headerLength);
      header.writeUInt8((transportWideId << 4) | 1, headerLength + 4);
      header.writeUInt16BE(packet & 0xffff, headerLength + 5);
    }
    header.writeUInt16BE(packet & 0xffff, 2);
    header.writeUInt32BE(packet, 4);
    header.writeUInt32BE(ssrc, 8);
    const payload = Buffer.alloc(payloadBytes);
    payload.set(startsKeyFrame);
    payload.writeUInt32BE(packet, numberAt);
    return seal(header, payload, ssrc, packet);
  };
}

/**
 * Tells the publisher's number of a packet that reached the subscriber with these keys: by its timestamp, whose distance
 * one decrypted packet gives away. Undefined for what is no RTP.
 */
export function numbers(keys: SrtpKeys): (datagram: Buffer) => number | undefined {
  const session = srtpSession(keys);
  let shift: number | undefined;
  let count = 0;
  return (datagram) => {
    const [first = 0, second = 0] = datagram;
    const isRtp = first >= 128 && (second < 192 || second > 223);
    if (!isRtp) return undefined;
    const timestamp = datagram.readUInt32BE(4);
    if (shift === undefined || count++ % verifiedEvery === 0) {
      const hasExtension = (first & 0x10) !== 0;
      const length = headerLength + (hasExtension ? 4 + 4 * datagram.readUInt16BE(headerLength + 2) : 0);
      const payload = openRtp(session, datagram, length, datagram.readUInt32BE(8), datagram.readUInt16BE(2));
      if (typeof payload === 'string') throw new Error(`a forwarded packet is ${payload}`);
      const expected = shift;
      shift = (timestamp - payload.readUInt32BE(numberAt)) >>> 0;
      if (expected !== undefined && shift !== expected) throw new Error('a forwarded packet is not the one sent');
    }
    return (timestamp - shift) >>> 0;
  };
}
