/**
 * Receivers that sleep through what they are sent. Over loopback it is the sender who pays for waking a receiver, for each
 * packet; over a network nobody does. So the bench's subscribers do not wait for packets: they look every few milliseconds
 * what has come, and the kernel tells when it came.
 */
import type dgram from 'node:dgram';
import { descriptorOf, handleOf } from '#server/media/udp/descriptor.ts';

const everyMs = 2;

export interface Drain {
  /** When the datagram arrived whose `message` event is being emitted, on the clock of `performance.now`. */
  arrivedMs(): number;
  stop(): void;
}

/** Takes the sockets' reading over from dgram. Their `message` events go on. */
export function drain(sockets: readonly dgram.Socket[]): Drain {
  const receiver = openReceiver();
  const descriptors = takenOver(sockets);
  for (const descriptor of descriptors) receiver.prepare(descriptor);
  let arrived = 0;
  const timer = setInterval(() => {
    for (const [i, socket] of sockets.entries()) {
      receiver.receive(descriptors[i] ?? -1, (datagram, port, arrivedMs) => {
        arrived = arrivedMs;
        socket.emit('message', datagram, { address: '127.0.0.1', family: 'IPv4', port, size: datagram.length });
      });
    }
  }, everyMs);
  return { arrivedMs: () => arrived, stop: () => clearInterval(timer) };
}

/** The sockets' descriptors. dgram reads them no more. */
export function takenOver(sockets: readonly dgram.Socket[]): readonly number[] {
  return sockets.map((socket) => {
    handleOf(socket)?.recvStop();
    const descriptor = descriptorOf(socket);
    if (descriptor === undefined) throw new Error('a socket of dgram has no descriptor');
    return descriptor;
  });
}

/** Of `struct mmsghdr`, `iovec`, `sockaddr_in` and `cmsghdr` with a `timespec`, on Linux with 64 bits. */
export const header = {
  name: 0,
  nameLength: 8,
  vector: 16,
  vectors: 24,
  control: 32,
  controlLength: 40,
  length: 56,
  size: 64,
} as const;
const vector = { base: 0, length: 8, size: 16 } as const;
const name = { port: 2, size: 16 } as const;
const control = { seconds: 16, nanoseconds: 24, size: 64 } as const;

export const atOnce = 64;
const maxDatagram = 2048;
/** One block, as what only C points at would be garbage to V8: all headers, then all vectors, and so on. */
const vectorsAt = atOnce * header.size;
const namesAt = vectorsAt + atOnce * vector.size;
const controlsAt = namesAt + atOnce * name.size;
const bytesAt = controlsAt + atOnce * control.size;

export const doNotWait = 0x40;
/** SOL_SOCKET and SO_TIMESTAMPNS. */
const [socketLevel, timestamps] = [1, 35];

export const receiving = {
  recvmmsg: { return: 'int32', arguments: ['int32', 'pointer', 'uint32', 'int32', 'pointer'] },
} as const;
const functions = {
  ...receiving,
  setsockopt: { return: 'int32', arguments: ['int32', 'int32', 'int32', 'pointer', 'uint32'] },
  clock_gettime: { return: 'int32', arguments: ['int32', 'pointer'] },
} as const;
const wallClock = 0;
/** Clocks that are read further apart than this are not compared: the thread was interrupted. */
const plainMs = 0.01;

function openReceiver() {
  const ffi = process.getBuiltinModule('node:ffi');
  const { functions: libc } = ffi.dlopen(null, functions);
  const memory = Buffer.allocUnsafeSlow(bytesAt + atOnce * maxDatagram).fill(0);
  const start = ffi.getRawPointer(memory);
  const point = (at: number, to: number): number => memory.writeBigUInt64LE(start + BigInt(to), at);
  for (let i = 0; i < atOnce; i++) {
    const [h, v] = [i * header.size, vectorsAt + i * vector.size];
    point(h + header.name, namesAt + i * name.size);
    point(h + header.vector, v);
    memory.writeUInt32LE(1, h + header.vectors);
    point(h + header.control, controlsAt + i * control.size);
    point(v + vector.base, bytesAt + i * maxDatagram);
    memory.writeUInt32LE(maxDatagram, v + vector.length);
    memory.writeUInt32LE(name.size, h + header.nameLength);
    memory.writeUInt32LE(control.size, h + header.controlLength);
  }
  const on = Buffer.allocUnsafeSlow(4).fill(1);
  const wallTime = Buffer.allocUnsafeSlow(16);
  const wallTimeAddress = ffi.getRawPointer(wallTime);
  let aheadMs = performance.timeOrigin;
  /** What the wall clock, by which the kernel notes times, is ahead of `performance.now`. It may be set at any time. */
  const lookAtClocks = (): void => {
    const before = performance.now();
    libc.clock_gettime(wallClock, wallTimeAddress);
    const after = performance.now();
    if (after - before > plainMs) return;
    const wallMs = wallTime.readUInt32LE(0) * 1e3 + wallTime.readUInt32LE(8) / 1e6;
    aheadMs = wallMs - (before + after) / 2;
  };
  return {
    /** Makes the kernel note times of arrival. */
    prepare(descriptor: number): void {
      if (libc.setsockopt(descriptor, socketLevel, timestamps, ffi.getRawPointer(on), on.length) !== 0)
        throw new Error('the kernel does not note when datagrams arrive');
    },
    /** Takes all that waits at a socket. */
    receive(descriptor: number, listener: (datagram: Buffer, port: number, arrivedMs: number) => void): void {
      lookAtClocks();
      for (let count = atOnce; count === atOnce; ) {
        count = libc.recvmmsg(descriptor, start, atOnce, doNotWait, 0n);
        for (let i = 0; i < count; i++) {
          // The kernel has written over them.
          memory.writeUInt32LE(name.size, i * header.size + header.nameLength);
          memory.writeUInt32LE(control.size, i * header.size + header.controlLength);
          const at = controlsAt + i * control.size;
          const sinceEpochMs =
            memory.readUInt32LE(at + control.seconds) * 1e3 + memory.readUInt32LE(at + control.nanoseconds) / 1e6;
          const bytes = bytesAt + i * maxDatagram;
          // A copy: werift keeps some.
          const datagram = Buffer.from(
            memory.subarray(bytes, bytes + memory.readUInt32LE(i * header.size + header.length)),
          );
          const port = memory.readUInt16BE(namesAt + i * name.size + name.port);
          listener(datagram, port, sinceEpochMs - aheadMs);
        }
      }
    },
  };
}
