/** Receivers that only make room: what arrives is taken away from the kernel without being copied or looked at. */
import type dgram from 'node:dgram';
import { atOnce, doNotWait, header, receiving, takenOver } from './drain.ts';

export interface Unread {
  /** Takes away what has arrived since, at every socket. Returns how many datagrams that count the last socket had. */
  take(): number;
}

/** Makes the kernel tell how long a datagram is for which there is no room. */
const tellLength = 0x20;

/**
 * Takes the sockets' reading over from dgram for good: `message` events are no more. What is shorter than `leastBytes` does
 * not count, such as reports beside media.
 */
export function unread(sockets: readonly dgram.Socket[], leastBytes = 0): Unread {
  const ffi = process.getBuiltinModule('node:ffi');
  const { functions: libc } = ffi.dlopen(null, receiving);
  // Headers of zeros: no name, no control data, and nowhere to put the bytes, so that the kernel drops them.
  const headers = Buffer.allocUnsafeSlow(atOnce * header.size).fill(0);
  const start = ffi.getRawPointer(headers);
  const descriptors = takenOver(sockets);
  const empty = (descriptor: number): number => {
    for (let sum = 0; ; ) {
      const count = Math.max(0, libc.recvmmsg(descriptor, start, atOnce, doNotWait | tellLength, 0n));
      for (let i = 0; i < count; i++) if (headers.readUInt32LE(i * header.size + header.length) >= leastBytes) sum += 1;
      if (count < atOnce) return sum;
    }
  };
  return { take: () => descriptors.reduce((_, descriptor) => empty(descriptor), 0) };
}
