/** AES128_CM_HMAC_SHA1_80 (RFC 3711 section 4): counter mode, and the first 80 bits of an HMAC-SHA1. */
import { createCipheriv, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { RtcpCipher, RtpCipher } from './srtp-cipher.ts';
import type { Boxes } from './srtp-gcm.ts';
import type { SessionKeys } from './srtp-keys.ts';

const algorithm = 'aes-128-ctr';
const tagLength = 10;
const indexLength = 4;
const encryptedBit = 0x80000000;
const rtcpHeaderLength = 8;

/** `post` needs an outbox: then the kernel is called for all that are sealed, and not for each. */
export function cmRtpCipher(keys: SessionKeys, { outbox }: Boxes = {}): RtpCipher {
  const [key, authentication] = [createSecretKey(keys.encryption), createSecretKey(keys.authentication)];
  const counter = counterBlock(keys.salt);
  const rolloverBytes = Buffer.alloc(4);
  const tag = (header: Buffer, body: Buffer, index: number): Buffer => {
    rolloverBytes.writeUInt32BE(Math.floor(index / 0x10000), 0);
    const digest = createHmac('sha1', authentication).update(header).update(body).update(rolloverBytes).digest();
    return digest.subarray(0, tagLength);
  };
  const seal = (header: Buffer, payload: Buffer, ssrc: number, index: number): Buffer[] => {
    const body = createCipheriv(algorithm, key, counter(ssrc, index)).update(payload);
    return [header, body, tag(header, body, index)];
  };
  let box = outbox;
  return {
    overhead: tagLength,
    seal,
    post: (header, payload, ssrc, index, to) => box?.put(seal(header, payload, ssrc, index), to) === true,
    close() {
      box = undefined;
    },
    open(packet, headerLength, ssrc, index) {
      const end = packet.length - tagLength;
      const body = packet.subarray(headerLength, end);
      if (!timingSafeEqual(tag(packet.subarray(0, headerLength), body, index), packet.subarray(end))) return undefined;
      return createCipheriv(algorithm, key, counter(ssrc, index)).update(body);
    },
  };
}

export function cmRtcpCipher(keys: SessionKeys): RtcpCipher {
  const [key, authentication] = [createSecretKey(keys.encryption), createSecretKey(keys.authentication)];
  const counter = counterBlock(keys.salt);
  const tag = (signed: Buffer) => createHmac('sha1', authentication).update(signed).digest().subarray(0, tagLength);
  return {
    overhead: tagLength + indexLength,
    seal(packet, index) {
      const sealed = Buffer.alloc(packet.length + indexLength + tagLength);
      const end = packet.length + indexLength;
      sealed.set(packet.subarray(0, rtcpHeaderLength));
      const cipher = createCipheriv(algorithm, key, counter(packet.readUInt32BE(4), index));
      sealed.set(cipher.update(packet.subarray(rtcpHeaderLength)), rtcpHeaderLength);
      sealed.writeUInt32BE(encryptedBit + index, packet.length);
      sealed.set(tag(sealed.subarray(0, end)), end);
      return sealed;
    },
    index: (packet) => packet.readUInt32BE(packet.length - tagLength - indexLength) & 0x7fffffff,
    open(packet, index) {
      const end = packet.length - tagLength;
      if (!timingSafeEqual(tag(packet.subarray(0, end)), packet.subarray(end))) return undefined;
      const body = packet.subarray(rtcpHeaderLength, end - indexLength);
      // The highest bit clear: authenticated, but sent in the clear (RFC 3711 section 3.4).
      const isEncrypted = packet.readUInt8(end - indexLength) >= 0x80;
      if (!isEncrypted) return packet.subarray(0, end - indexLength);
      const decipher = createCipheriv(algorithm, key, counter(packet.readUInt32BE(4), index));
      return Buffer.concat([packet.subarray(0, rtcpHeaderLength), decipher.update(body)]);
    },
    close: () => undefined,
  };
}

/** The first counter block: salt xor SSRC xor index, then 16 bits that count blocks (RFC 3711 section 4.1.1). */
function counterBlock(salt: Buffer): (ssrc: number, index: number) => Buffer {
  const block = Buffer.alloc(16);
  const saltSsrc = salt.readUInt32BE(4);
  const saltHigh = salt.readUInt32BE(8);
  const saltLow = salt.readUInt16BE(12);
  salt.copy(block);
  return (ssrc, index) => {
    block.writeUInt32BE((ssrc ^ saltSsrc) >>> 0, 4);
    block.writeUInt32BE((Math.floor(index / 0x10000) ^ saltHigh) >>> 0, 8);
    block.writeUInt16BE((index & 0xffff) ^ saltLow, 12);
    return block;
  };
}
