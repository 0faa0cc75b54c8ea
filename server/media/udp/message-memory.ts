/**
 * What `sendmmsg` reads: messages, each of which points to the name it goes to, to vectors that say where its datagrams
 * lie, and to how long these are, which tells the kernel where to cut (UDP_SEGMENT of `linux/udp.h`).
 *
 *   | messages, and one more | vectors, one for each datagram | lengths, one for each message |
 */
import type * as Ffi from 'node:ffi';
import { functionsOf } from '#server/node/functions-of.ts';
import type { SocketName } from './socket-name.ts';

export interface MessageMemory {
  /** Where a datagram lies. */
  setDatagram(datagram: number, address: number, length: number): void;
  addressOf(datagram: number): number;
  lengthOf(datagram: number): number;
  setName(message: number, to: SocketName): void;
  /** The datagrams of a message; all but the last are as long as the first. */
  setDatagrams(message: number, first: number, count: number): void;
  /** Sends messages, and says how many the kernel took before it refused one. */
  send(descriptor: number, first: number, count: number): number;
}

/** Of `struct mmsghdr`, `struct iovec` and `struct cmsghdr` on Linux with 64 bits, in words of 32. */
const message = { name: 0, nameLength: 2, vectors: 4, count: 6, control: 8, controlLength: 10, size: 16 } as const;
const vector = { base: 0, length: 2, size: 4 } as const;
const control = { length: 0, level: 2, type: 3, segment: 4, size: 6 } as const;
const wordBytes = 4;
/** CMSG_LEN and CMSG_SPACE of the 16 bits in which the length of a segment is given. */
const [controlLength, controlSpace] = [18, 24];
/** SOL_UDP and UDP_SEGMENT. */
const [udpLevel, udpSegment] = [17, 103];
const doNotWait = 0x40;

/** Room for `struct sockaddr_in6`, in words. */
const nameSize = 7;

const functions = { sendmmsg: { return: 'int32', arguments: ['int32', 'pointer', 'uint32', 'int32'] } } as const;

/** For `size` datagrams and one message more. Throws where there is no `sendmmsg`. */
export function messageMemory(ffi: typeof Ffi, size: number): MessageMemory {
  const libc = functionsOf(ffi, functions);
  const vectorsAt = (size + 1) * message.size;
  const controlsAt = vectorsAt + size * vector.size;
  // Names lie side by side, rather than with each client: the kernel reads them in a row.
  const namesAt = controlsAt + (size + 1) * control.size;
  const memory = Buffer.allocUnsafeSlow((namesAt + (size + 1) * nameSize) * wordBytes).fill(0);
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / wordBytes);
  const start = ffi.getRawPointer(memory);
  const address = Number(start);
  const point = (word: number, to: number): void => {
    words[word] = to;
    words[word + 1] = to / 2 ** 32;
  };
  const vectorAt = (datagram: number): number => vectorsAt + datagram * vector.size;
  for (let i = 0; i <= size; i++) {
    const at = controlsAt + i * control.size;
    words[at + control.length] = controlLength;
    words[at + control.level] = udpLevel;
    words[at + control.type] = udpSegment;
    point(i * message.size + message.control, address + at * wordBytes);
    point(i * message.size + message.name, address + (namesAt + i * nameSize) * wordBytes);
  }
  const lengthOf = (datagram: number): number => words[vectorAt(datagram) + vector.length] ?? 0;
  return {
    setDatagram(datagram, at, length) {
      point(vectorAt(datagram) + vector.base, at);
      words[vectorAt(datagram) + vector.length] = length;
    },
    addressOf: (datagram) => (words[vectorAt(datagram)] ?? 0) + (words[vectorAt(datagram) + 1] ?? 0) * 2 ** 32,
    lengthOf,
    setName(index, to) {
      memory.set(to.bytes, (namesAt + index * nameSize) * wordBytes);
      words[index * message.size + message.nameLength] = to.bytes.length;
    },
    setDatagrams(index, first, count) {
      const at = index * message.size;
      point(at + message.vectors, address + vectorAt(first) * wordBytes);
      words[at + message.count] = count;
      words[at + message.controlLength] = count > 1 ? controlSpace : 0;
      if (count > 1) words[controlsAt + index * control.size + control.segment] = lengthOf(first);
    },
    send(descriptor, first, count) {
      const from = first === 0 ? start : start + BigInt(first * message.size * wordBytes);
      return Math.max(0, libc.sendmmsg(descriptor, from, count, doNotWait));
    },
  };
}
