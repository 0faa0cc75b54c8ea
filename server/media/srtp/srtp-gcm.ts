/** AEAD_AES_128_GCM (RFC 7714): header as associated data, 16-byte tag, IV = (SSRC, index) xor salt. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { word } from '../rtp/rtcp.ts';
import type { Outbox, OutboxKey } from '../udp/outbox.ts';
import type { AesBlocks } from './aes-blocks.ts';
import type { Inbox, InboxKey } from './inbox.ts';
import { tagLength } from './openssl.ts';
import type { RtcpCipher, RtpCipher } from './srtp-cipher.ts';
import type { SessionKeys } from './srtp-keys.ts';

const algorithm = 'aes-128-gcm';
/** RTCP carries its index in the clear, the highest bit saying that the rest is encrypted. */
const indexLength = 4;
const encryptedBit = 0x80000000;
const rtcpHeaderLength = 8;

/** Where there is memory that OpenSSL works on. `post` needs an outbox. */
export interface Boxes {
  readonly outbox?: Outbox | undefined;
  /** What it opens is good until the next packet. */
  readonly inbox?: Inbox | undefined;
  /** Derives keys; `node:crypto` does unless given. */
  readonly aes?: AesBlocks;
}

/** What `node:crypto` works with. The buffers are written before each packet; it takes a copy. */
interface OfNode {
  /** With raw bytes it spends four times as long on each packet. */
  readonly key: KeyObject;
  readonly iv: Buffer;
  readonly associated: Buffer;
}

/** Made when used, as boxes do without. */
function ofNode(bytes: Buffer): () => OfNode {
  let made: OfNode | undefined;
  return () =>
    (made ??= {
      key: createSecretKey(bytes),
      iv: Buffer.alloc(12),
      associated: Buffer.alloc(rtcpHeaderLength + indexLength),
    });
}

export function gcmRtpCipher({ encryption, salt: saltBytes }: SessionKeys, { outbox, inbox }: Boxes = {}): RtpCipher {
  const node = ofNode(encryption);
  let box = outbox?.open(encryption);
  /** Made when something comes: only publishers send media. */
  let incoming: InboxKey | undefined;
  let isClosed = false;
  const salt = saltWords(saltBytes);
  return {
    overhead: tagLength,
    seal(header, payload, ssrc, index) {
      const { key, iv } = node();
      writeIv(iv, salt, ssrc, Math.floor(index / 0x10000), index);
      const cipher = createCipheriv(algorithm, key, iv);
      cipher.setAAD(header);
      const sealed = cipher.update(payload);
      cipher.final();
      return [header, sealed, cipher.getAuthTag()];
    },
    post(header, payload, ssrc, index, to) {
      if (box === undefined) return false;
      writeIv(box.iv, salt, ssrc, Math.floor(index / 0x10000), index);
      return box.add(header, payload, to);
    },
    close() {
      box?.close();
      incoming?.close();
      box = undefined;
      incoming = undefined;
      isClosed = true;
    },
    open(packet, headerLength, ssrc, index) {
      if (inbox !== undefined && !isClosed && packet.length <= inbox.maxLength) {
        incoming ??= inbox.open(encryption);
        writeIv(incoming.iv, salt, ssrc, Math.floor(index / 0x10000), index);
        return incoming.read(packet, headerLength);
      }
      const { key, iv } = node();
      writeIv(iv, salt, ssrc, Math.floor(index / 0x10000), index);
      const end = packet.length - tagLength;
      const decipher = createDecipheriv(algorithm, key, iv);
      decipher.setAAD(packet.subarray(0, headerLength));
      decipher.setAuthTag(packet.subarray(end));
      const payload = decipher.update(packet.subarray(headerLength, end));
      return isAuthentic(decipher) ? payload : undefined;
    },
  };
}

export function gcmRtcpCipher({ encryption, salt: saltBytes }: SessionKeys, { outbox, inbox }: Boxes = {}): RtcpCipher {
  const node = ofNode(encryption);
  /** Either is made when first used: each cipher goes one way. */
  let incoming: InboxKey | undefined;
  let outgoing: OutboxKey | undefined;
  let isClosed = false;
  const salt = saltWords(saltBytes);
  return {
    overhead: tagLength + indexLength,
    seal(packet, index) {
      if (outbox !== undefined && !isClosed) {
        outgoing ??= outbox.open(encryption);
        writeIv(outgoing.iv, salt, packet.readUInt32BE(4), index >>> 16, index);
        const done = outgoing.sealRtcp(packet, encryptedBit + index);
        if (done !== undefined) return done;
      }
      const { key, iv, associated } = node();
      const sealed = Buffer.alloc(packet.length + tagLength + indexLength);
      packet.copy(associated, 0, 0, rtcpHeaderLength);
      associated.writeUInt32BE(encryptedBit + index, rtcpHeaderLength);
      writeIv(iv, salt, packet.readUInt32BE(4), index >>> 16, index);
      const cipher = createCipheriv(algorithm, key, iv);
      cipher.setAAD(associated);
      sealed.set(associated.subarray(0, rtcpHeaderLength));
      sealed.set(cipher.update(packet.subarray(rtcpHeaderLength)), rtcpHeaderLength);
      cipher.final();
      sealed.set(cipher.getAuthTag(), packet.length);
      sealed.writeUInt32BE(encryptedBit + index, packet.length + tagLength);
      return sealed;
    },
    index: (packet) => word(packet, packet.length - indexLength) & 0x7fffffff,
    open(packet, index) {
      const end = packet.length - indexLength;
      // Authenticated but unencrypted RTCP (RFC 7714 section 17) is never negotiated here.
      if ((packet[end] ?? 0) < 0x80) return undefined;
      if (inbox !== undefined && !isClosed && packet.length <= inbox.maxLength) {
        incoming ??= inbox.open(encryption);
        writeIv(incoming.iv, salt, word(packet, 4), index >>> 16, index);
        return incoming.readRtcp(packet);
      }
      const { key, iv, associated } = node();
      packet.copy(associated, 0, 0, rtcpHeaderLength);
      packet.copy(associated, rtcpHeaderLength, end);
      writeIv(iv, salt, packet.readUInt32BE(4), index >>> 16, index);
      const decipher = createDecipheriv(algorithm, key, iv);
      decipher.setAAD(associated);
      decipher.setAuthTag(packet.subarray(end - tagLength, end));
      const body = decipher.update(packet.subarray(rtcpHeaderLength, end - tagLength));
      return isAuthentic(decipher) ? Buffer.concat([packet.subarray(0, rtcpHeaderLength), body]) : undefined;
    },
    close() {
      incoming?.close();
      outgoing?.close();
      incoming = undefined;
      outgoing = undefined;
      isClosed = true;
    },
  };
}

/** `final` throws on a bad tag; that is an ordinary event on a public port. */
function isAuthentic(decipher: { final(): Buffer }): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

type SaltWords = readonly [first: number, ssrc: number, rollovers: number, low: number, low: number];

/** The salt cut up as the IV is: 2 zero bytes, SSRC, rollover counter, sequence number. */
const saltWords = (salt: Buffer): SaltWords => [
  salt.readUInt16BE(0),
  salt.readUInt32BE(2),
  salt.readUInt32BE(6),
  salt.readUInt8(10),
  salt.readUInt8(11),
];

/** Byte by byte: the checks of Buffer's writers cost more than the writes. */
function writeIv(iv: Buffer, salt: SaltWords, ssrc: number, high: number, index: number): void {
  const first = ssrc ^ salt[1];
  const second = high ^ salt[2];
  iv[0] = salt[0] >>> 8;
  iv[1] = salt[0];
  iv[2] = first >>> 24;
  iv[3] = first >>> 16;
  iv[4] = first >>> 8;
  iv[5] = first;
  iv[6] = second >>> 24;
  iv[7] = second >>> 16;
  iv[8] = second >>> 8;
  iv[9] = second;
  iv[10] = (index >>> 8) ^ salt[3];
  iv[11] = index ^ salt[4];
}
