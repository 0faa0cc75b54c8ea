import type { ReportBlock } from '../up/reception.ts';
import { feedbackFormat, type NtpTime, rtcpType } from './rtcp.ts';

/** A sender report without report blocks (RFC 3550 section 6.4.1). */
export function senderReport(
  ssrc: number,
  ntp: NtpTime,
  timestamp: number,
  sent: { readonly packets: number; readonly octets: number },
): Buffer {
  const packet = framed(rtcpType.senderReport, 0, ssrc, 20);
  packet.writeUInt32BE(ntp.seconds, 8);
  packet.writeUInt32BE(ntp.fraction, 12);
  packet.writeUInt32BE(timestamp, 16);
  packet.writeUInt32BE(sent.packets % 0x1_0000_0000, 20);
  packet.writeUInt32BE(sent.octets % 0x1_0000_0000, 24);
  return packet;
}

/** At most 31 blocks. */
export function receiverReport(ssrc: number, blocks: readonly ReportBlock[]): Buffer {
  const packet = framed(rtcpType.receiverReport, blocks.length, ssrc, 24 * blocks.length);
  for (const [i, block] of blocks.entries()) {
    const at = 8 + 24 * i;
    packet.writeUInt32BE(block.ssrc, at);
    packet.writeUInt8(block.fractionLost, at + 4);
    packet.writeIntBE(block.cumulativeLost, at + 5, 3);
    packet.writeUInt32BE(block.highestSequence, at + 8);
    packet.writeUInt32BE(block.jitter, at + 12);
    packet.writeUInt32BE(block.lastSenderReport, at + 16);
    packet.writeUInt32BE(block.delaySinceLast, at + 20);
  }
  return packet;
}

/** A source description with nothing but the canonical name, at most 255 bytes of it (RFC 3550 section 6.5). */
export function sourceDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname).subarray(0, 255);
  // At least one zero byte ends the chunk.
  const packet = framed(rtcpType.sourceDescription, 1, ssrc, 4 * Math.ceil((2 + name.length + 1) / 4));
  packet.writeUInt8(1, 8);
  packet.writeUInt8(name.length, 9);
  name.copy(packet, 10);
  return packet;
}

/** Asks for a key frame (PLI, RFC 4585 section 6.3.1). */
export function pictureLoss(ssrc: number, mediaSsrc: number): Buffer {
  const packet = framed(rtcpType.payloadFeedback, feedbackFormat.pictureLoss, ssrc, 4);
  packet.writeUInt32BE(mediaSsrc, 8);
  return packet;
}

/** The same, by FIR (RFC 5104 section 4.3.1.1). A request with the number of the one before would be that one again. */
export function fullIntra(ssrc: number, mediaSsrc: number, count: number): Buffer {
  const packet = framed(rtcpType.payloadFeedback, feedbackFormat.fullIntra, ssrc, 12);
  packet.writeUInt32BE(mediaSsrc, 12);
  packet.writeUInt8(count & 0xff, 16);
  return packet;
}

/** Asks for packets again (RFC 4585 section 6.2.1). `sequences` ascend, wrapping at 16 bits. */
export function nack(ssrc: number, mediaSsrc: number, sequences: readonly number[]): Buffer {
  const entries: { first: number; following: number }[] = [];
  for (const sequence of sequences) {
    const last = entries.at(-1);
    const distance = last === undefined ? Number.POSITIVE_INFINITY : (sequence - last.first) & 0xffff;
    if (last !== undefined && distance >= 1 && distance <= 16) last.following |= 1 << (distance - 1);
    else entries.push({ first: sequence, following: 0 });
  }
  const packet = framed(rtcpType.transportFeedback, feedbackFormat.nack, ssrc, 4 + 4 * entries.length);
  packet.writeUInt32BE(mediaSsrc, 8);
  for (const [i, { first, following }] of entries.entries()) {
    packet.writeUInt16BE(first, 12 + 4 * i);
    packet.writeUInt16BE(following, 14 + 4 * i);
  }
  return packet;
}

/** Header and first SSRC, and room for `rest` bytes, a multiple of 4. */
export function framed(type: number, count: number, ssrc: number, rest: number): Buffer {
  const packet = Buffer.alloc(8 + rest);
  packet.writeUInt8(0x80 | count, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}
