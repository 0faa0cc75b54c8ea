/** Sockets of dgram, for tests of what goes out beside it. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { type Bound, descriptorOf } from '#server/media/udp/descriptor.ts';

export const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

export const boundOf = (socket: dgram.Socket): Bound => ({
  descriptor: descriptorOf(socket) ?? -1,
  to: socket.address(),
});

/** Opens sockets on loopback, and closes all that it has opened. */
export function opener() {
  const opened: dgram.Socket[] = [];
  return {
    async open(type: dgram.SocketType = 'udp4', address = '127.0.0.1'): Promise<dgram.Socket> {
      const socket = dgram.createSocket({ type, recvBufferSize: 4 * 1024 * 1024 });
      socket.bind(0, address);
      await once(socket, 'listening');
      opened.push(socket);
      return socket;
    },
    closeAll() {
      for (const socket of opened.splice(0)) socket.close();
    },
  };
}

/** The next datagrams at a socket, as text in hexadecimal. */
export async function arrivals(at: dgram.Socket, count: number): Promise<string[]> {
  const found: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const timer = setTimeout(() => reject(new Error(`${found.length} of ${count} arrived`)), 5_000);
  at.on('message', (datagram) => {
    if (found.push(datagram.toString('hex')) === count) resolve(found);
  });
  return promise.finally(() => clearTimeout(timer));
}
