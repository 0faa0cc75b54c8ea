/**
 * REMB (draft-alvestrand-rmcat-remb-03 section 2.2): a receiver's own estimate of what may be sent to it in all, from
 * clients that were not offered transport-wide feedback.
 */

import { feedbackFormat, rtcpType } from './rtcp.ts';
import { packetEnd } from './rtcp-packet.ts';
import { framed } from './rtcp-write.ts';

const identifier = 0x52454d42; // 'REMB'
const headerLength = 20;
const maxMantissa = 0x3ffff;

/** The bits a second that the last REMB of a compound allows; -1 without any. Allocates nothing. */
export function readRemb(compound: Buffer): number {
  let bitrate = -1;
  for (let at = 0, end = packetEnd(compound, 0); end >= 0; at = end, end = packetEnd(compound, at)) {
    const isApplication =
      compound[at + 1] === rtcpType.payloadFeedback && ((compound[at] ?? 0) & 0x1f) === feedbackFormat.application;
    if (!isApplication || end - at < headerLength || compound.readUInt32BE(at + 12) !== identifier) continue;
    const word = compound.readUInt32BE(at + 16) & 0xffffff;
    bitrate = (word & maxMantissa) * 2 ** (word >>> 18);
  }
  return bitrate;
}

/** Allows `bitrate` bits a second, rounded down to 18 binary digits, for the streams `mediaSsrcs` together; at most 255. */
export function remb(ssrc: number, bitrate: number, mediaSsrcs: readonly number[]): Buffer {
  const exponent = bitrate <= maxMantissa ? 0 : Math.floor(Math.log2(bitrate)) - 17;
  const packet = framed(rtcpType.payloadFeedback, feedbackFormat.application, ssrc, 12 + 4 * mediaSsrcs.length);
  packet.writeUInt32BE(identifier, 12);
  packet.writeUInt32BE(mediaSsrcs.length * 2 ** 24 + exponent * 2 ** 18 + Math.floor(bitrate / 2 ** exponent), 16);
  for (const [i, mediaSsrc] of mediaSsrcs.entries()) packet.writeUInt32BE(mediaSsrc, headerLength + 4 * i);
  return packet;
}
