/** Somebody who is a viewer of a room, and means harm to whoever else is on that server. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '#server/media/udp/address.ts';
import { eventually } from '#test/harness/eventually.ts';
import { certificate, dtlsClient } from '#test/server/dtls-client.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import { type HttpAttack, httpAttacks } from './http-attacks.ts';
import { type Heard, strangers, type UdpAttack, udpAttacks, type Victims } from './udp-attacks.ts';

export interface Attacker {
  readonly udp: readonly UdpAttack[];
  readonly http: readonly HttpAttack[];
  /** Datagrams of the attacker's that seemed to come from somebody who has nothing to do with it, and what that got: bytes. */
  readonly bystander: { readonly sent: () => number; readonly received: () => number };
  stop(): Promise<void>;
}

export interface Scene {
  /** `http://…` */
  readonly origin: string;
  /** `/namespace/room`, where somebody publishes. */
  readonly room: string;
  /** Another room, which it has for itself. */
  readonly ownRoom?: string;
  readonly random: () => number;
  readonly publisher?: Victims['publisher'];
}

/** Codecs as browsers offer them. */
export const withFeedback = (sdp: string): string => `${sdp}\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli`;

/** Of several encodings, so that it matters what a viewer tells of its link. */
const withEncodings = (sdp: string): string =>
  [
    withFeedback(sdp),
    'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
    'a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
    'a=rid:h send',
    'a=rid:l send',
    'a=simulcast:send h;l',
  ].join('\r\n');
/** What is sent again must not be what was sent, where it is told when it was. */
const withTransportWide = (sdp: string): string =>
  [
    withFeedback(sdp).replace('SAVPF 96', 'SAVPF 96 97'),
    'a=rtpmap:97 rtx/90000',
    'a=fmtp:97 apt=96',
    'a=rtcp-fb:96 transport-cc',
    'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  ].join('\r\n');

/** Resolves when it has joined. */
export async function attacker({ origin, room, ownRoom, random, publisher }: Scene): Promise<Attacker> {
  await using started = new AsyncDisposableStack();
  const at = { fetch: (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init) };
  let heard: Heard | undefined;
  const onRtp = (packet: Buffer): void => {
    heard = { ssrc: packet.readUInt32BE(8), sequence: packet.readUInt16BE(2) };
  };
  const viewer = await udpClient(at, `${room}/whep`, { offers: withFeedback, onRtp, isSilent: true });
  started.defer(() => viewer.stop());
  await eventually('the attacker is connected', viewer.isConnected);
  const joins = async (endpoint: string, offers: (sdp: string) => string): Promise<UdpClient> => {
    const client = await udpClient(at, endpoint, { offers, isSilent: true });
    started.defer(() => client.stop());
    await eventually('the attacker is in its room', client.isConnected);
    return client;
  };
  if (ownRoom !== undefined) await joins(`${ownRoom}/whip`, withEncodings);
  const teller = ownRoom === undefined ? undefined : await joins(`${ownRoom}/whep`, withTransportWide);
  const sources = await strangers(8);
  started.defer(() => {
    for (const socket of sources) socket.close();
  });
  const bystander = await innocent(viewer.server);
  started.defer(bystander.stop);
  const udp = udpAttacks(random, sources, {
    ...{ server: viewer.server, viewer, hello: await firstHello(), sendAsBystander: bystander.send },
    heard: () => heard,
    ...(publisher && { publisher }),
    ...(teller && { teller }),
  });
  const held = started.move();
  return { udp, http: httpAttacks(origin, room), bystander, stop: () => held.disposeAsync() };
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

export async function firstHello(): Promise<Buffer> {
  const said = Promise.withResolvers<Buffer>();
  const client = dtlsClient(await certificate(), (datagram) => said.resolve(Buffer.from(datagram)));
  client.connect();
  const hello = await said.promise;
  client.stop();
  return hello;
}
