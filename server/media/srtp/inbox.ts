/**
 * Opens what comes in, one packet after the other in the same block of memory: `node:crypto` makes an object and a buffer
 * for each. Where OpenSSL cannot be called there is no inbox, and `node:crypto` does the work.
 */
import type * as Ffi from 'node:ffi';
import { openssl } from './openssl.ts';

/** Opens under one key, until it is closed. */
export interface InboxKey {
  /** 12 bytes, to be written before each `read`. The same for all keys. */
  readonly iv: Buffer;
  /** The payload, good until the next is read, whosever it is; undefined when the packet is not authentic. */
  read(packet: Buffer, headerLength: number): Buffer | undefined;
  close(): void;
}

export interface Inbox {
  /** Of packets, in bytes. */
  readonly maxLength: number;
  /** For a key of 16 bytes. */
  open(key: Uint8Array): InboxKey;
}

const maxLength = 2048;
const tagLength = 16;
/** Payloads lie at one place, since views of them are made once for each length. */
const payloadAt = maxLength;

export function inbox(): Inbox | undefined {
  try {
    const ffi = process.getBuiltinModule('node:ffi');
    return ffi && open(ffi);
  } catch {
    return undefined;
  }
}

function open(ffi: typeof Ffi): Inbox {
  const gcm = openssl(ffi);
  const memory = Buffer.allocUnsafeSlow(payloadAt + maxLength);
  const header = ffi.getRawPointer(memory);
  const payload = header + BigInt(payloadAt);
  const address = Number(payload);
  const views: (Buffer | undefined)[] = [];
  const view = (length: number): Buffer => {
    const known = views[length] ?? memory.subarray(payloadAt, payloadAt + length);
    views[length] = known;
    return known;
  };
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
          return isAuthentic ? view(length) : undefined;
        },
        close: () => gcm.close(context),
      };
    },
  };
}
