import type * as Ffi from 'node:ffi';
import { addressBytes, type Endpoint } from './address.ts';

/** Datagrams in a row for one `sendmmsg`: where each lies in memory, and to whom it goes. */
export interface MessageList {
  set(index: number, address: number, length: number, to: Endpoint): void;
  addressOf(index: number): number;
  lengthOf(index: number): number;
  /** Sends those from `first` on, and says how many the kernel took before it refused one. */
  send(descriptor: number, first: number, count: number): number;
}

/** Of `struct mmsghdr`, `struct iovec` and `struct sockaddr_in` on Linux with 64 bits. */
const message = { name: 0, nameLength: 8, vectors: 16, vectorCount: 24, size: 64 } as const;
const vector = { base: 0, length: 8, size: 16 } as const;
const name = { family: 0, port: 2, address: 4, size: 16 } as const;
const internetFamily = 2;
const doNotWait = 0x40;

const functions = { sendmmsg: { return: 'int32', arguments: ['int32', 'pointer', 'uint32', 'int32'] } } as const;

export function messageList(ffi: typeof Ffi, size: number): MessageList {
  const { functions: libc } = ffi.dlopen(null, functions);
  const vectorsAt = size * message.size;
  const namesAt = vectorsAt + size * vector.size;
  const memory = Buffer.allocUnsafeSlow(namesAt + size * name.size).fill(0);
  const start = ffi.getRawPointer(memory);
  for (let i = 0; i < size; i++) {
    memory.writeBigUInt64LE(start + BigInt(namesAt + i * name.size), i * message.size + message.name);
    memory.writeUInt32LE(name.size, i * message.size + message.nameLength);
    memory.writeBigUInt64LE(start + BigInt(vectorsAt + i * vector.size), i * message.size + message.vectors);
    memory.writeBigUInt64LE(1n, i * message.size + message.vectorCount);
    memory.writeUInt16LE(internetFamily, namesAt + i * name.size + name.family);
  }
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
  const vectorWord = (index: number): number => (vectorsAt + index * vector.size) / 4;
  /** Most slots serve the same client packet after packet. */
  const last = Array.from({ length: size }, () => ({ address: '', port: 0 }));
  const setName = (index: number, { address, port }: Endpoint): void => {
    const known = last[index];
    if (known === undefined || (known.port === port && known.address === address)) return;
    memory.set(addressBytes(address), namesAt + index * name.size + name.address);
    memory.writeUInt16BE(port, namesAt + index * name.size + name.port);
    known.address = address;
    known.port = port;
  };
  return {
    set(index, address, length, to) {
      const word = vectorWord(index);
      words[word] = address;
      words[word + 1] = address / 2 ** 32;
      words[word + vector.length / 4] = length;
      setName(index, to);
    },
    addressOf: (index) => (words[vectorWord(index)] ?? 0) + (words[vectorWord(index) + 1] ?? 0) * 2 ** 32,
    lengthOf: (index) => words[vectorWord(index) + vector.length / 4] ?? 0,
    send(descriptor, first, count) {
      const from = first === 0 ? start : start + BigInt(first * message.size);
      return Math.max(0, libc.sendmmsg(descriptor, from, count, doNotWait));
    },
  };
}
