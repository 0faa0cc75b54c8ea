/**
 * `sendto` of the C library on the file descriptor of a dgram socket. Node's own `send` makes a request object, a list
 * and a callback's turn for each datagram: 1 to 1.5 µs on top of the kernel's 3, and work for the garbage collector.
 *
 * Like the sealer it stands on `node:ffi`, which is experimental, and on the descriptor, which dgram keeps to itself.
 * Where either is not as it is known there is no direct send, and dgram does the work.
 */
import type dgram from 'node:dgram';
import { addressBytes, type Endpoint } from './address.ts';

/** Whether the kernel took the datagram at once. If not, nothing was sent, and dgram can wait or say why. */
export type DirectSend = (datagram: Buffer, to: Endpoint) => boolean;

/** As in `sys/socket.h` and `netinet/in.h` of Linux. */
const internetFamily = 2;
const addressLength = 16;
const doNotWait = 0x40;

const functions = {
  sendto: { return: 'int32', arguments: ['int32', 'pointer', 'int32', 'int32', 'pointer', 'int32'] },
  getsockname: { return: 'int32', arguments: ['int32', 'pointer', 'pointer'] },
} as const;

/** For a bound IPv4 socket, until it is closed; undefined where it does not work. */
export function directSend(socket: dgram.Socket): DirectSend | undefined {
  try {
    const ffi = process.getBuiltinModule('node:ffi');
    const descriptor = descriptorOf(socket);
    if (ffi === undefined || descriptor === undefined || process.platform !== 'linux') return undefined;
    const { functions: libc } = ffi.dlopen(null, functions);
    if (!isOf(descriptor, socket, libc.getsockname)) return undefined;
    const known = new WeakMap<Endpoint, Known>();
    return (datagram, to) => {
      const { length } = datagram;
      return libc.sendto(descriptor, datagram, length, doNotWait, socketAddress(known, to), addressLength) === length;
    };
  } catch {
    return undefined;
  }
}

interface Known {
  readonly address: string;
  readonly port: number;
  readonly bytes: Buffer;
}

/** Made once for each client, and anew when the client moves. */
function socketAddress(known: WeakMap<Endpoint, Known>, to: Endpoint): Buffer {
  const found = known.get(to);
  if (found !== undefined && found.port === to.port && found.address === to.address) return found.bytes;
  const { address, port } = to;
  const bytes = Buffer.allocUnsafeSlow(addressLength).fill(0);
  bytes.writeUInt16LE(internetFamily, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(addressBytes(address), 4);
  known.set(to, { address, port, bytes });
  return bytes;
}

function descriptorOf(socket: dgram.Socket): number | undefined {
  const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  if (state === undefined) return undefined;
  const { handle } =
    (socket as unknown as Record<symbol, { readonly handle?: { readonly fd?: unknown } }>)[state] ?? {};
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
}

/** Whether the descriptor is bound to what the socket says it is bound to. */
function isOf(
  descriptor: number,
  socket: dgram.Socket,
  getsockname: (descriptor: number, address: Buffer, length: Buffer) => number,
): boolean {
  const { address, family, port } = socket.address();
  const bytes = Buffer.allocUnsafeSlow(addressLength).fill(0);
  const length = Buffer.allocUnsafeSlow(4);
  length.writeUInt32LE(addressLength);
  return (
    family === 'IPv4' &&
    getsockname(descriptor, bytes, length) === 0 &&
    bytes.readUInt16LE(0) === internetFamily &&
    bytes.readUInt16BE(2) === port &&
    addressBytes(address).equals(bytes.subarray(4, 8))
  );
}
