import { createSocket, type Socket } from 'node:dgram';

interface Options {
  /** A bound socket on the machine's side, which the relay closes at its end. */
  readonly outside: Socket;
  readonly podIP: string;
  readonly podPort: number;
  /** The address from which the pod sees its clients, each with a port of its own. */
  readonly clientAddress: string;
  /** A client that neither sent nor was sent anything for so long is forgotten. */
  readonly idleMs?: number;
}

interface Client {
  readonly socket: Socket;
  isConnected: boolean;
  /** Number of the last sweep before a packet came or went. */
  lastUsed: number;
}

const sweepsPerIdle = 4;

/** Seconds of a room's media, as far as the kernel allows it: while the node starts a process, nothing is carried. */
const bufferBytes = 4 * 1024 * 1024;

/**
 * Carries datagrams between a host port and a pod, one socket inside for each client outside:
 *
 *     client A ──┐            ┌── clientAddress:a ──┐
 *                ├─ outside ──┤                     ├── podIP:podPort
 *     client B ──┘            └── clientAddress:b ──┘
 *
 * Every media packet passes here, so clients are found by two maps, port then address, without making a string, the
 * sockets inside are connected (no lookup per packet), and time is a counter.
 */
export function udpRelay({ outside, podIP, podPort, clientAddress, idleMs = 60_000 }: Options): { close(): void } {
  const byPort = new Map<number, Map<string, Client>>();
  let sweep = 0;

  const forget = (port: number, address: string) => {
    const clients = byPort.get(port);
    clients?.get(address)?.socket.close();
    clients?.delete(address);
    if (clients?.size === 0) byPort.delete(port);
  };

  function newClient(port: number, address: string): Client {
    const socket = createSocket({ type: 'udp4', recvBufferSize: bufferBytes });
    const client: Client = { socket, isConnected: false, lastUsed: sweep };
    socket.on('message', (packet) => {
      client.lastUsed = sweep;
      outside.send(packet, port, address);
    });
    // A pod that does not listen yet answers with ICMP, which comes as an error: the client will send again.
    socket.on('error', () => {});
    socket.bind(0, clientAddress, () => {
      socket.connect(podPort, podIP, () => {
        client.isConnected = true;
      });
    });
    const clients = byPort.get(port) ?? new Map<string, Client>();
    byPort.set(port, clients.set(address, client));
    return client;
  }

  outside.on('message', (packet, { port, address }) => {
    const client = byPort.get(port)?.get(address) ?? newClient(port, address);
    client.lastUsed = sweep;
    if (client.isConnected) client.socket.send(packet);
    else client.socket.once('connect', () => client.socket.send(packet));
  });
  outside.on('error', () => {});
  outside.setRecvBufferSize(bufferBytes);

  const sweeper = setInterval(() => {
    sweep++;
    for (const [port, clients] of byPort) {
      for (const [address, { lastUsed }] of clients) if (sweep - lastUsed > sweepsPerIdle) forget(port, address);
    }
  }, idleMs / sweepsPerIdle);

  return {
    close() {
      clearInterval(sweeper);
      for (const [port, clients] of byPort) for (const address of clients.keys()) forget(port, address);
      outside.close();
    },
  };
}
