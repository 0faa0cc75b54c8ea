import { eventually } from '#test/harness/eventually.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import type { Child } from './forwarding-child.ts';
import type { Contender, Load } from './forwarding-load.ts';
import { numbers, packets } from './forwarding-packets.ts';
import type { Place } from './joining-child.ts';

const ssrc = 1;

/** The media of a whole server, whose clients came by WHIP and WHEP. They send no media by themselves. */
export interface ServerContender extends Contender {
  readonly publisher: UdpClient;
  /** As it went to the server. */
  lastPublished(): Buffer | undefined;
}

/**
 * One publisher and so many subscribers in that room, whose offers are changed by `offers`. What they leave behind goes
 * with the server.
 */
export async function serverContender(
  server: Pick<Child, 'usage'>,
  { origin, room }: Place,
  { subscribers, payloadBytes }: Pick<Load, 'subscribers' | 'payloadBytes'>,
  offers: (sdp: string) => string = (sdp) => sdp,
): Promise<ServerContender> {
  const at = { fetch: (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init) };
  let listener: (packet: number) => void = () => undefined;
  let first = 0;
  let next = 0;
  let last: readonly Buffer[] | undefined;
  const connected = async (side: 'whip' | 'whep'): Promise<UdpClient> => {
    let numberOf: ReturnType<typeof numbers> | undefined;
    const onRtp = (datagram: Buffer): void => {
      numberOf ??= numbers(client.keys());
      const number = numberOf(datagram);
      if (number !== undefined && number >= first) listener(number - first);
    };
    const client = await udpClient(at, `${room}/${side}`, { onRtp, offers });
    await eventually('the client is connected', client.isConnected);
    present.push(client);
    return client;
  };
  const present: UdpClient[] = [];
  const publisher = await connected('whip');
  const viewers: UdpClient[] = [];
  while (viewers.length < subscribers) viewers.push(await connected('whep'));
  const packet = packets(publisher.keys(), ssrc, payloadBytes);
  return {
    publisher,
    lastPublished: () => last && Buffer.concat(last),
    downSockets: viewers.map(({ socket }) => socket),
    publish(number) {
      next = first + number + 1;
      const pieces = packet(first + number);
      last = pieces;
      const handedOverMs = performance.now();
      publisher.socket.send(pieces, publisher.server.port, publisher.server.address);
      return handedOverMs;
    },
    // Whoever listens next counts from 0 on, while SRTP takes no number twice.
    onDelivered(then) {
      first = next;
      listener = then;
    },
    usage: server.usage,
    async stop() {
      for (const client of present) client.stop();
    },
  };
}
