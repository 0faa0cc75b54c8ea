import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/** A port of this machine that somebody else has. */
export class PortInUse extends Error {
  readonly port: number;
  constructor(protocol: string, address: string, port: number) {
    super(`${protocol} port ${port} on ${address} is in use`);
    this.port = port;
  }
}

/** Listens on a TCP port; 0 takes any. Throws PortInUse. */
export async function listen(address: string, port: number): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // The process inside accepts the connections: none may be accepted here before it has the socket.
  const server = createServer({ pauseOnConnect: true });
  server.once('error', (error) => reject(explained(error, 'TCP', address, port)));
  server.listen({ host: address, port, exclusive: true }, resolve);
  await promise;
  return server;
}

/** Binds a UDP port. Throws PortInUse. */
export async function bind(address: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = createSocket('udp4');
  socket.once('error', (error) => reject(explained(error, 'UDP', address, port)));
  socket.bind({ address, port, exclusive: true }, resolve);
  await promise;
  return socket;
}

const explained = (error: NodeJS.ErrnoException, protocol: string, address: string, port: number) =>
  error.code === 'EADDRINUSE' ? new PortInUse(protocol, address, port) : error;

/** The port that a server got. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
}
