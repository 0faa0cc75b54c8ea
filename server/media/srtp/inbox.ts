/**
 * Opens what comes in, one packet after the other in the same block of memory: `node:crypto` makes an object and a buffer
 * for each. Where OpenSSL cannot be called there is no inbox, and `node:crypto` does the work.
 */
import type * as Ffi from 'node:ffi';
import { byFfi } from '#server/node/by-ffi.ts';
import { openssl, tagLength } from './openssl.ts';

/** Opens under one key, until it is closed. */
export interface InboxKey {
  /** 12 bytes, to be written before each `read`. The same for all keys. */
  readonly iv: Buffer;
  /** The payload, good until the next is read, whosever it is; undefined when the packet is not authentic. */
  read(packet: Buffer, headerLength: number): Buffer | undefined;
  /** As `read`, of SRTCP by RFC 7714 section 9.1: the compound packet, with the header that it begins with. */
  readRtcp(packet: Buffer): Buffer | undefined;
  close(): void;
}

export interface Inbox {
  /** Of packets, in bytes. */
  readonly maxLength: number;
  /** For a key of 16 bytes. */
  open(key: Uint8Array): InboxKey;
}

const maxLength = 2048;
/** Of SRTCP: what is not encrypted, and the index behind the tag, which both are authenticated. */
const rtcpHeaderLength = 8;
const rtcpIndexLength = 4;
/** Payloads lie at one place, since views of them are made once for each length. The header of SRTCP lies before them. */
const payloadAt = maxLength + rtcpHeaderLength;

/** Undefined where there is none; then `onSlower` is told why. */
export const inbox = (onSlower?: (reason: string) => void): Inbox | undefined => byFfi(open, onSlower);

function open(ffi: typeof Ffi): Inbox {
  const gcm = openssl(ffi);
  const memory = Buffer.allocUnsafeSlow(payloadAt + maxLength);
  const header = ffi.getRawPointer(memory);
  const payload = header + BigInt(payloadAt);
  const address = Number(payload);
  const payloads = views(memory, payloadAt);
  const compounds = views(memory, payloadAt - rtcpHeaderLength);
  return {
    maxLength,
    open(key) {
      const context = gcm.open(key, 'decrypt');
      return {
        iv: gcm.iv,
        read(packet, headerLength) {
          const length = packet.length - headerLength - tagLength;
          packet.copy(memory, 0, 0, headerLength);
          packet.copy(memory, payloadAt, headerLength);
          const isAuthentic = gcm.decrypt(context, header, headerLength, payload, length, address + length);
          return isAuthentic ? payloads(length) : undefined;
        },
        readRtcp(packet) {
          const end = packet.length - rtcpIndexLength;
          const length = end - rtcpHeaderLength - tagLength;
          for (let i = 0; i < rtcpHeaderLength; i++) memory[i] = packet[i] ?? 0;
          for (let i = 0; i < rtcpIndexLength; i++) memory[rtcpHeaderLength + i] = packet[end + i] ?? 0;
          packet.copy(memory, payloadAt - rtcpHeaderLength, 0, end);
          const associated = rtcpHeaderLength + rtcpIndexLength;
          const isAuthentic = gcm.decrypt(context, header, associated, payload, length, address + length);
          return isAuthentic ? compounds(rtcpHeaderLength + length) : undefined;
        },
        close: () => gcm.close(context),
      };
    },
  };
}

/** Of what lies there, each length's once. */
function views(memory: Buffer, at: number): (length: number) => Buffer {
  const known: (Buffer | undefined)[] = [];
  return (length) => {
    const view = known[length] ?? memory.subarray(at, at + length);
    known[length] = view;
    return view;
  };
}
