import { connect, type Server, type Socket } from 'node:net';

interface Options {
  /** A listening server on the machine's side, which the relay closes at its end. */
  readonly outside: Server;
  readonly podIP: string;
  readonly podPort: number;
}

/** Carries connections between a host port and a pod. A connection that the pod refuses is closed. */
export function tcpRelay({ outside, podIP, podPort }: Options): { close(): void } {
  const open = new Set<Socket>();

  const relay = (client: Socket) => {
    const pod = connect({ host: podIP, port: podPort, allowHalfOpen: true });
    // The end of one direction ends only that one; an error ends both.
    client.pipe(pod).pipe(client);
    for (const [side, other] of [
      [client, pod],
      [pod, client],
    ] as const) {
      open.add(side);
      side.on('error', () => other.destroy());
      side.on('close', () => open.delete(side));
    }
  };
  outside.on('connection', relay);

  return {
    close() {
      outside.close();
      for (const socket of open) socket.destroy();
    },
  };
}
