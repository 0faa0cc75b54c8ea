/**
 * Receivers that sleep through what they are sent. Over loopback it is the sender who pays for waking a receiver, for each
 * packet; over a network nobody does. So the bench's subscribers do not wait for packets: they look every few milliseconds
 * what has come, and what is measured is the sender.
 */
import type dgram from 'node:dgram';
import { descriptorOf, handleOf } from '#server/media/descriptor.ts';

const everyMs = 2;

/** Takes the sockets' reading over from dgram, until the returned function is called. Their `message` events go on. */
export function drained(sockets: readonly dgram.Socket[]): () => void {
  const receive = receiver();
  const descriptors = sockets.map((socket) => {
    handleOf(socket)?.recvStop();
    const descriptor = descriptorOf(socket);
    if (descriptor === undefined) throw new Error('a socket of dgram has no descriptor');
    return descriptor;
  });
  const timer = setInterval(() => {
    for (const [i, socket] of sockets.entries()) {
      receive(descriptors[i] ?? -1, (datagram, from) => socket.emit('message', datagram, from));
    }
  }, everyMs);
  return () => clearInterval(timer);
}

/** Of `struct mmsghdr`, `struct iovec` and `struct sockaddr_in` on Linux with 64 bits. */
const header = { name: 0, nameLength: 8, vector: 16, vectors: 24, length: 56, size: 64 } as const;
const vector = { base: 0, length: 8, size: 16 } as const;
const name = { port: 2, size: 16 } as const;

const atOnce = 64;
const maxDatagram = 2048;
/** One block, as what only C points at would be garbage to V8: all headers, all vectors, all names, all datagrams. */
const vectorsAt = atOnce * header.size;
const namesAt = vectorsAt + atOnce * vector.size;
const bytesAt = namesAt + atOnce * name.size;
const doNotWait = 0x40;

type Listener = (datagram: Buffer, from: { address: string; family: string; port: number; size: number }) => void;

/** A function that takes all that waits at a socket. */
function receiver(): (descriptor: number, listener: Listener) => void {
  const ffi = process.getBuiltinModule('node:ffi');
  const { functions: libc } = ffi.dlopen(null, {
    recvmmsg: { return: 'int32', arguments: ['int32', 'pointer', 'uint32', 'int32', 'pointer'] },
  });
  const memory = Buffer.allocUnsafeSlow(bytesAt + atOnce * maxDatagram).fill(0);
  const start = ffi.getRawPointer(memory);
  for (let i = 0; i < atOnce; i++) {
    const [h, v] = [i * header.size, vectorsAt + i * vector.size];
    memory.writeBigUInt64LE(start + BigInt(namesAt + i * name.size), h + header.name);
    memory.writeUInt32LE(name.size, h + header.nameLength);
    memory.writeBigUInt64LE(start + BigInt(v), h + header.vector);
    memory.writeBigUInt64LE(1n, h + header.vectors);
    memory.writeBigUInt64LE(start + BigInt(bytesAt + i * maxDatagram), v + vector.base);
    memory.writeBigUInt64LE(BigInt(maxDatagram), v + vector.length);
  }
  return (descriptor, listener) => {
    for (let count = atOnce; count === atOnce; ) {
      count = libc.recvmmsg(descriptor, start, atOnce, doNotWait, 0n);
      for (let i = 0; i < count; i++) {
        const size = memory.readUInt32LE(i * header.size + header.length);
        const bytes = bytesAt + i * maxDatagram;
        const port = memory.readUInt16BE(namesAt + i * name.size + name.port);
        // A copy: werift keeps some.
        const datagram = Buffer.from(memory.subarray(bytes, bytes + size));
        listener(datagram, { address: '127.0.0.1', family: 'IPv4', port, size });
      }
    }
  };
}
