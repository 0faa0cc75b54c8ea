/**
 * A server that is attacked from all sides while a room is on the air: one publisher and its viewers, who hear whether each
 * packet comes, and how late; and an attacker who is a viewer of that room, too, and listens to the network.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '#server/media/address.ts';
import { type ServerContender, serverContender } from '#test/bench/server-contender.ts';
import { eventually } from '#test/harness/eventually.ts';
import { certificate, dtlsClient } from '#test/server/dtls-client.ts';
import type { ServerProcess } from '#test/server/server-process.ts';
import { udpClient } from '#test/server/udp-client.ts';
import { httpAttacks } from './http-attacks.ts';
import { strangers, type UdpAttack, udpAttacks } from './udp-attacks.ts';

export const roomsOfSiege = 'rooms: [{name: stage, publish: {codecs: [VP8]}}]';
export const stage = '/default/stage';

export interface Siege {
  /** The room that is not attacked, or should not feel it. */
  readonly witness: ServerContender;
  readonly udp: readonly UdpAttack[];
  readonly http: ReturnType<typeof httpAttacks>;
  /** Datagrams of the attacker's that seemed to come from the bystander, and what that got, in bytes. */
  readonly bystander: { readonly sent: () => number; readonly received: () => number };
  stop(): Promise<void>;
}

/** Codecs as browsers offer them. */
const withFeedback = (sdp: string): string => `${sdp}\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli`;
const payloadBytes = 1200;

export async function siege(server: ServerProcess, random: () => number, subscribers: number): Promise<Siege> {
  await using started = new AsyncDisposableStack();
  const at = { fetch: (path: string, init?: RequestInit) => fetch(server.url(path), init) };
  const usage = async () => ({
    cpuMicroseconds: 1e6 * ((await server.metric('process_cpu_seconds_total')) ?? 0),
    forwarded: (await server.metric('live_rtp_packets_total{room="stage"}')) ?? 0,
  });
  const origin = server.url('');
  const clients = { subscribers, payloadBytes };
  const witness = await serverContender({ usage }, { origin, room: stage }, clients, withFeedback);
  started.defer(() => witness.stop());
  let ssrc: number | undefined;
  const onRtp = (packet: Buffer): void => {
    ssrc = packet.readUInt32BE(8);
  };
  const viewer = await udpClient(at, `${stage}/whep`, { offers: withFeedback, onRtp });
  started.defer(() => viewer.stop());
  await eventually('the attacker is connected', viewer.isConnected);
  const sources = await strangers(8);
  started.defer(() => {
    for (const socket of sources) socket.close();
  });
  const bystander = await innocent(server.media);
  started.defer(bystander.stop);
  const udp = udpAttacks(random, sources, {
    ...{ server: server.media, viewer, hello: await firstHello(), sendAsBystander: bystander.send },
    publisher: { socket: witness.publisher.socket, captured: witness.lastPublished },
    ssrc: () => ssrc,
  });
  const held = started.move();
  return { witness, udp, http: httpAttacks(server, stage), bystander, stop: () => held.disposeAsync() };
}

/** Counts what it gets, and what goes out in its name. */
async function innocent({ address, port }: Endpoint) {
  const socket = createSocket('udp4').bind(0, '127.0.2.1');
  await once(socket, 'listening');
  let [sent, received] = [0, 0];
  socket.on('message', ({ length }) => {
    received += length;
  });
  return {
    send: (datagram: Buffer): void => {
      sent += datagram.length;
      socket.send(datagram, port, address);
    },
    sent: () => sent,
    received: () => received,
    stop: () => void socket.close(),
  };
}

async function firstHello(): Promise<Buffer> {
  const said = Promise.withResolvers<Buffer>();
  const client = dtlsClient(await certificate(), (datagram) => said.resolve(Buffer.from(datagram)));
  client.connect();
  const hello = await said.promise;
  client.stop();
  return hello;
}
