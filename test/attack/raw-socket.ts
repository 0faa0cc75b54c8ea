/**
 * Datagrams that seem to come from wherever one likes: IPv4 packets whose headers we write ourselves (raw(7)). That takes
 * CAP_NET_RAW, which every user has in a network namespace of their own.
 */
import { addressBytes, type Endpoint } from '#server/media/udp/address.ts';

export interface RawSocket {
  send(datagram: Buffer, from: Endpoint, to: Endpoint): void;
  close(): void;
}

const protocol = { udp: 17, raw: 255 } as const;
const internet = 2;
const rawType = 3;
const headers = { ip: 20, udp: 8 } as const;

/** Throws where it is not allowed. */
export function rawSocket(): RawSocket {
  const { functions: libc } = process.getBuiltinModule('node:ffi').dlopen(null, {
    socket: { return: 'int32', arguments: ['int32', 'int32', 'int32'] },
    sendto: { return: 'int64', arguments: ['int32', 'pointer', 'uint64', 'int32', 'pointer', 'uint32'] },
    close: { return: 'int32', arguments: ['int32'] },
  });
  const descriptor = libc.socket(internet, rawType, protocol.raw);
  if (descriptor < 0) throw new Error('no raw sockets are allowed here');
  return {
    send(datagram, from, to) {
      const packet = ipPacket(datagram, from, to);
      const sent = libc.sendto(descriptor, packet, BigInt(packet.length), 0, socketName(to), 16);
      if (Number(sent) !== packet.length) throw new Error(`${packet.length} bytes from ${from.address} were not sent`);
    },
    close: () => void libc.close(descriptor),
  };
}

/** RFC 791 and RFC 768. The kernel fills in length, identification and checksum of IP; UDP's 0 says that there is none. */
function ipPacket(datagram: Buffer, from: Endpoint, to: Endpoint): Buffer {
  const head = Buffer.alloc(headers.ip + headers.udp);
  head.writeUInt8(0x45, 0);
  head.writeUInt16BE(head.length + datagram.length, 2);
  head.writeUInt8(64, 8);
  head.writeUInt8(protocol.udp, 9);
  addressBytes(from.address).copy(head, 12);
  addressBytes(to.address).copy(head, 16);
  head.writeUInt16BE(from.port, headers.ip);
  head.writeUInt16BE(to.port, headers.ip + 2);
  head.writeUInt16BE(headers.udp + datagram.length, headers.ip + 4);
  return Buffer.concat([head, datagram]);
}

/** `struct sockaddr_in`. */
function socketName({ address }: Endpoint): Buffer {
  const name = Buffer.alloc(16);
  name.writeUInt16LE(internet, 0);
  addressBytes(address).copy(name, 4);
  return name;
}
