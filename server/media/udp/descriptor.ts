import type dgram from 'node:dgram';
import type * as Ffi from 'node:ffi';
import type { AddressInfo } from 'node:net';
import { functionsOf } from '#server/node/functions-of.ts';
import { type Family, socketNameBytes } from './socket-name.ts';

/** What dgram keeps to itself: libuv's handle. */
export interface SocketHandle {
  readonly fd?: unknown;
  /** Leaves what arrives in the kernel's buffer. */
  recvStop(): void;
}

/** Undefined where dgram is not as it is known. */
export function handleOf(socket: dgram.Socket): SocketHandle | undefined {
  const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  return state && (socket as unknown as Record<symbol, { readonly handle?: SocketHandle } | undefined>)[state]?.handle;
}

/** The file descriptor of a bound socket, good until it is closed. */
export function descriptorOf(socket: dgram.Socket): number | undefined {
  const descriptor = handleOf(socket)?.fd;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
}

const functions = { getsockname: { return: 'int32', arguments: ['int32', 'pointer', 'pointer'] } } as const;

/** A descriptor, and what it is bound to. */
export interface Bound {
  readonly descriptor: number;
  readonly to: AddressInfo;
}

/** Whether that is so. */
export function isBound(ffi: typeof Ffi, { descriptor, to }: Bound): boolean {
  const expected = socketNameBytes(to, familyOf(to));
  if (expected === undefined) return false;
  const { functions: libc } = ffi.dlopen(null, functions);
  const found = Buffer.allocUnsafeSlow(expected.length).fill(0);
  const length = Buffer.allocUnsafeSlow(4);
  length.writeUInt32LE(found.length);
  return libc.getsockname(descriptor, found, length) === 0 && found.equals(expected);
}

export const familyOf = ({ family }: AddressInfo): Family => (family === 'IPv6' ? 6 : 4);

/** FIONREAD, which tells of a UDP socket how long the datagram is that would be read next. */
const bytesWaiting = 0x541bn;

/**
 * A function that tells whether a datagram waits to be read at one of these sockets. It allocates nothing. Throws
 * where the kernel cannot be asked.
 */
export function isAnyWaiting(ffi: typeof Ffi, descriptors: readonly number[]): () => boolean {
  const libc = functionsOf(ffi, { ioctl: { return: 'int32', arguments: ['int32', 'uint64', 'uint64'] } });
  const bytes = new Int32Array(Buffer.allocUnsafeSlow(8).fill(0).buffer, 0, 1);
  const address = ffi.getRawPointer(bytes);
  const waits = (descriptor: number): boolean => libc.ioctl(descriptor, bytesWaiting, address) === 0 && bytes[0] !== 0;
  return () => descriptors.some(waits);
}
