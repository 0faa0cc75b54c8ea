import type dgram from 'node:dgram';
import type * as Ffi from 'node:ffi';
import type { AddressInfo } from 'node:net';
import { addressBytes } from './address.ts';

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

const addressLength = 16;
const internetFamily = 2;

/** Whether the descriptor is bound to what the socket says it is bound to. IPv4 only. */
export function isBoundAs(ffi: typeof Ffi, descriptor: number, { address, family, port }: AddressInfo): boolean {
  const { functions: libc } = ffi.dlopen(null, {
    getsockname: { return: 'int32', arguments: ['int32', 'pointer', 'pointer'] },
  });
  const bytes = Buffer.allocUnsafeSlow(addressLength).fill(0);
  const length = Buffer.allocUnsafeSlow(4);
  length.writeUInt32LE(addressLength);
  return (
    family === 'IPv4' &&
    libc.getsockname(descriptor, bytes, length) === 0 &&
    bytes.readUInt16LE(0) === internetFamily &&
    bytes.readUInt16BE(2) === port &&
    addressBytes(address).equals(bytes.subarray(4, 8))
  );
}
