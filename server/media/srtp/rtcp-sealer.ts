/** Seals SRTCP by OpenSSL's contexts, as media is: `node:crypto` makes a cipher for each packet, 7 µs in place of 2.5. */
import { maxHeader, maxPayload, type SlotMemory, slotSize, slots } from '../udp/slot-memory.ts';
import { type Gcm, tagLength } from './openssl.ts';

/** What stays in the clear, and the word behind the tag. Both are authenticated, as if one followed the other. */
const [headerLength, indexLength] = [8, 4];

/**
 * A function that seals a compound packet (RFC 7714 section 9.1) under a context's key and the IV that was written; `index` is
 * the word behind the tag. Undefined when the packet is too long. Works in the slot that nothing is sent from.
 */
export function rtcpSealer(gcm: Gcm, { memory, address, pointerTo }: SlotMemory) {
  const start = slots * slotSize;
  const bodyAt = start + maxHeader;
  return (context: bigint, packet: Buffer, index: number): Buffer | undefined => {
    const length = packet.length - headerLength;
    if (length > maxPayload) return undefined;
    packet.copy(memory, start, 0, headerLength);
    memory.writeUInt32BE(index, start + headerLength);
    packet.copy(memory, bodyAt, headerLength);
    const [associated, body] = [pointerTo(slots, 0), pointerTo(slots, maxHeader)];
    gcm.encrypt(context, associated, headerLength + indexLength, body, length, address + bodyAt + length);
    const sealed = Buffer.allocUnsafe(packet.length + tagLength + indexLength);
    memory.copy(sealed, 0, start, start + headerLength);
    memory.copy(sealed, headerLength, bodyAt, bodyAt + length + tagLength);
    sealed.writeUInt32BE(index, packet.length + tagLength);
    return sealed;
  };
}
