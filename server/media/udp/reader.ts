/**
 * Reads datagrams one after the other into the same memory, and sleeps until one comes. dgram makes 64 kB of memory, a
 * Buffer, an object and two strings for each, and a turn of callbacks: as much as the kernel takes to deliver it.
 *
 * The thread sleeps here and not in its loop, so the loop's own descriptor is watched as well, as libuv provides for those
 * who do so: something has come for the loop then, such as another thread's message.
 */
import type * as Ffi from 'node:ffi';
import { functionsOf } from '#server/node/functions-of.ts';
import type { Endpoint } from './address.ts';
import { sourceNames } from './source-names.ts';

export interface Reader {
  /** Sleeps until a datagram has come, or something for the thread's loop, or so many milliseconds are over. */
  sleep(ms: number): void;
  /** Whether the sleep ended because the loop is to turn. */
  isLoopDue(): boolean;
  /**
   * Hands over what has come, at most so many datagrams of each socket, and nothing more of that socket once `listener`
   * returns false; then the next socket has its turn. Its arguments are overwritten by the next ones. The sockets go first
   * by turns.
   */
  read(most: number, listener: (datagram: Buffer, from: Endpoint) => boolean): void;
}

const functions = {
  poll: { return: 'int32', arguments: ['pointer', 'uint64', 'int32'] },
  recvmsg: { return: 'int32', arguments: ['int32', 'pointer', 'int32'] },
  uv_backend_fd: { return: 'int32', arguments: ['pointer'] },
} as const;

/** Of `struct pollfd`; POLLIN, POLLNVAL. */
const polled = { descriptor: 0, events: 4, happened: 6, size: 8 } as const;
const [readable, invalid] = [0x01, 0x20];
/** Of `struct msghdr` and `struct iovec` on Linux with 64 bits. */
const message = { name: 0, nameLength: 8, vectors: 16, vectorCount: 24, size: 56 } as const;
const vector = { base: 0, length: 8, size: 16 } as const;
const doNotWait = 0x40;

/** Of `struct sockaddr_in6`. */
const nameSize = 28;
/** Nothing in UDP is longer. */
const maxDatagram = 65_536;
/** Views of what is not longer are made once. */
const maxCommon = 2048;
const at = { message: 0, vector: 64, name: 96, polled: 128, datagram: 256 } as const;
const maxDescriptors = (at.datagram - at.polled) / polled.size - 1;

/**
 * Of these sockets, which nobody else may read from now on. Undefined where they cannot be waited for in this way; throws where
 * that cannot be asked.
 */
export function reader(ffi: typeof Ffi, descriptors: readonly number[]): Reader | undefined {
  return descriptors.length === 0 || descriptors.length > maxDescriptors ? undefined : open(ffi, descriptors);
}

function open(ffi: typeof Ffi, descriptors: readonly number[]): Reader | undefined {
  const libc = functionsOf(ffi, functions);
  const memory = Buffer.allocUnsafeSlow(at.datagram + maxDatagram).fill(0);
  const start = ffi.getRawPointer(memory);
  const pointer = (offset: number): bigint => start + BigInt(offset);
  memory.writeBigUInt64LE(pointer(at.name), at.message + message.name);
  memory.writeBigUInt64LE(pointer(at.vector), at.message + message.vectors);
  memory.writeBigUInt64LE(1n, at.message + message.vectorCount);
  memory.writeBigUInt64LE(pointer(at.datagram), at.vector + vector.base);
  memory.writeBigUInt64LE(BigInt(maxDatagram), at.vector + vector.length);
  const watched = [...descriptors, libc.uv_backend_fd(ffi.getCurrentEventLoop())];
  for (const [i, descriptor] of watched.entries()) {
    memory.writeInt32LE(descriptor, at.polled + i * polled.size + polled.descriptor);
    memory.writeUInt16LE(readable, at.polled + i * polled.size + polled.events);
  }
  const words = new Uint32Array(memory.buffer, memory.byteOffset, at.datagram / Uint32Array.BYTES_PER_ELEMENT);
  const nameLengthWord = (at.message + message.nameLength) / Uint32Array.BYTES_PER_ELEMENT;
  const happenedAt = (i: number): number => at.polled + i * polled.size + polled.happened;
  const [messageAddress, polledAddress, count] = [pointer(at.message), pointer(at.polled), BigInt(watched.length)];
  const from = sourceNames(ffi, memory.subarray(at.name, at.name + nameSize));
  const view = commonViews(memory.subarray(at.datagram));
  const readOne = (descriptor: number): number => {
    words[nameLengthWord] = nameSize;
    return libc.recvmsg(descriptor, messageAddress, doNotWait);
  };
  let first = 0;
  const isReady = libc.poll(polledAddress, count, 0) >= 0;
  if (!isReady || watched.some((_, i) => (memory[happenedAt(i)] ?? 0) & invalid)) return undefined;
  return {
    sleep: (ms) => void libc.poll(polledAddress, count, ms),
    isLoopDue: () => memory[happenedAt(descriptors.length)] !== 0,
    read(most, listener) {
      first = (first + 1) % descriptors.length;
      for (let n = 0; n < descriptors.length; n++) {
        const i = (first + n) % descriptors.length;
        if (memory[happenedAt(i)] === 0) continue;
        const descriptor = descriptors[i] ?? -1;
        for (let left = most, isMore = true; left > 0 && isMore; left--) {
          const length = readOne(descriptor);
          isMore = length >= 0 && listener(view(length), from());
        }
      }
    },
  };
}

function commonViews(memory: Buffer): (length: number) => Buffer {
  const views: (Buffer | undefined)[] = Array.from({ length: maxCommon + 1 });
  return (length) => {
    if (length > maxCommon) return memory.subarray(0, length);
    const known = views[length] ?? memory.subarray(0, length);
    views[length] = known;
    return known;
  };
}
