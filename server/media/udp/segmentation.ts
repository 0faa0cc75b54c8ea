import type * as Ffi from 'node:ffi';
import { messageList, recipient } from './message-list.ts';
import { socketName } from './socket-name.ts';

/** UDP_MAX_SEGMENTS, as it was before it was raised. */
const manySegments = 64;

/** AF_INET, SOCK_DGRAM | SOCK_NONBLOCK. */
const [internetFamily, datagrams] = [2, 0x802];

const functions = {
  socket: { return: 'int32', arguments: ['int32', 'int32', 'int32'] },
  bind: { return: 'int32', arguments: ['int32', 'pointer', 'uint32'] },
  getsockname: { return: 'int32', arguments: ['int32', 'pointer', 'pointer'] },
  read: { return: 'int64', arguments: ['int32', 'pointer', 'uint64'] },
  close: { return: 'int32', arguments: ['int32'] },
} as const;

/**
 * How many datagrams of one client the kernel takes as one message. 1 where it cannot cut them apart as it is known to: a
 * socket is made to send three to itself, and what it gets is looked at.
 */
export function segmentsAtOnce(ffi: typeof Ffi): number {
  const { functions: libc } = ffi.dlopen(null, functions);
  const loopback = { address: '127.0.0.1', port: 0 };
  const name = socketName(loopback, 4);
  const descriptor = libc.socket(internetFamily, datagrams, 0);
  if (descriptor < 0 || name === undefined) return 1;
  try {
    const length = Buffer.allocUnsafeSlow(4);
    length.writeUInt32LE(name.bytes.length);
    if (libc.bind(descriptor, name.bytes, name.bytes.length) !== 0) return 1;
    if (libc.getsockname(descriptor, name.bytes, length) !== 0) return 1;
    const self = recipient(name);
    const sent = ['the first', 'the other', 'a rest'].map((text) => Buffer.from(text));
    let refused = 0;
    const isPassable = () => true;
    const options = { descriptor, size: sent.length, maxSegments: sent.length, leave: () => refused++, isPassable };
    const list = messageList(ffi, options);
    const kept = sent.map((datagram) => Buffer.allocUnsafeSlow(datagram.length).fill(datagram));
    for (const datagram of kept) list.add(Number(ffi.getRawPointer(datagram)), datagram.length, self);
    list.flush();
    const got = Buffer.allocUnsafeSlow(100);
    const isCut = kept.every((datagram) => {
      const count = Number(libc.read(descriptor, got, BigInt(got.length)));
      return count === datagram.length && got.subarray(0, count).equals(datagram);
    });
    return isCut && refused === 0 && self.refusals === 0 ? manySegments : 1;
  } finally {
    libc.close(descriptor);
  }
}
