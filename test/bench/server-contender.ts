import { eventually } from '#test/harness/eventually.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import type { Child } from './forwarding-child.ts';
import type { Contender, Load } from './forwarding-load.ts';
import { numbers, packets } from './forwarding-packets.ts';
import type { Place } from './joining-child.ts';

const ssrc = 1;

/** The media of a whole server, whose clients came by WHIP and WHEP. They are silent, but say that they are there. */
export interface ServerContender extends Contender {
  stayAlive(): void;
}

/** One publisher and so many subscribers in that room. What they leave behind goes with the server. */
export async function serverContender(
  server: Pick<Child, 'usage'>,
  { origin, room }: Place,
  { subscribers, payloadBytes }: Pick<Load, 'subscribers' | 'payloadBytes'>,
): Promise<ServerContender> {
  const at = { fetch: (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init) };
  let listener: (packet: number) => void = () => undefined;
  let first = 0;
  let next = 0;
  const connected = async (side: 'whip' | 'whep'): Promise<UdpClient> => {
    let numberOf: ReturnType<typeof numbers> | undefined;
    const onRtp = (datagram: Buffer): void => {
      numberOf ??= numbers(client.keys());
      const number = numberOf(datagram);
      if (number !== undefined && number >= first) listener(number - first);
    };
    const client = await udpClient(at, `${room}/${side}`, { onRtp });
    await eventually('the client is connected', client.isConnected);
    return client;
  };
  const publisher = await connected('whip');
  const viewers: UdpClient[] = [];
  while (viewers.length < subscribers) viewers.push(await connected('whep'));
  const packet = packets(publisher.keys(), ssrc, payloadBytes);
  return {
    downSockets: viewers.map(({ socket }) => socket),
    publish(number) {
      next = first + number + 1;
      publisher.socket.send(packet(first + number), publisher.server.port, publisher.server.address);
    },
    // Whoever listens next counts from 0 on, while SRTP takes no number twice.
    onDelivered(then) {
      first = next;
      listener = then;
    },
    usage: server.usage,
    stayAlive: () => {
      for (const client of [publisher, ...viewers]) client.check();
    },
    async stop() {
      for (const client of [publisher, ...viewers]) client.stop();
    },
  };
}
