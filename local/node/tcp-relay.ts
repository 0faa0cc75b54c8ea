import { connect, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

interface Options {
  /** A listening server on the machine's side, which the relay closes at its end. */
  readonly outside: Server;
  readonly podIP: string;
  readonly podPort: number;
}

/** Carries connections between a host port and a pod. A connection that the pod refuses is closed. */
export function tcpRelay({ outside, podIP, podPort }: Options): { close(): void } {
  const open = new Set<Socket>();

  const relay = async (client: Socket) => {
    const pod = connect({ host: podIP, port: podPort, allowHalfOpen: true });
    open.add(client).add(pod);
    // An error of one side ends the other; the one who notices has nobody to tell.
    await Promise.allSettled([pipeline(client, pod), pipeline(pod, client)]);
    for (const socket of [client, pod]) {
      socket.destroy();
      open.delete(socket);
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
