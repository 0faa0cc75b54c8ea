import { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Pod } from './objects.ts';
import { tcpRelay } from './tcp-relay.ts';
import { udpRelay } from './udp-relay.ts';

/** Asks for a socket on the machine's own address: bound (UDP) or listening (TCP). Rejects when the port is taken. */
export type OpenHostPort = (protocol: 'UDP' | 'TCP', port: number) => Promise<DatagramSocket | Server>;

/** A host port cannot be had; the message names it. */
export class HostPortError extends Error {
  override name = 'HostPortError';
}

interface Options {
  readonly openHostPort: OpenHostPort;
  readonly podIP: string;
  /** The address from which the pod sees UDP clients. */
  readonly clientAddress: string;
}

/** Opens a relay for each host port of the pod: all of them, or none and a HostPortError. */
export async function hostPorts(pod: Pod, options: Options): Promise<{ close(): void }> {
  const { openHostPort, podIP, clientAddress } = options;
  const relays: { close(): void }[] = [];
  const close = () => {
    for (const relay of relays.splice(0)) relay.close();
  };
  const wanted = pod.spec.containers.flatMap(({ ports = [] }) => ports).filter(({ hostPort }) => hostPort);
  for (const { hostPort = 0, containerPort, protocol = 'TCP' } of wanted) {
    try {
      const outside = await openHostPort(protocol as 'UDP' | 'TCP', hostPort);
      relays.push(
        outside instanceof DatagramSocket
          ? udpRelay({ outside, podIP, podPort: containerPort, clientAddress })
          : tcpRelay({ outside, podIP, podPort: containerPort }),
      );
    } catch (error) {
      close();
      const cause = (error as Error).message;
      throw new HostPortError(`host port ${hostPort}/${protocol} cannot be opened: ${cause}`, { cause: error });
    }
  }
  return { close };
}
