/**
 * What a stranger on the network, and a viewer who means harm, can send to the media port. Each attack is a function that
 * strikes once more, and says which of the server's counts must have grown by one for it.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DropReason } from '#server/media/plane.ts';
import { feedbackFormat, rtcpType } from '#server/media/rtp/rtcp.ts';
import { framed, pictureLoss, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { sealRtcp, srtpSession } from '#server/media/srtp/srtp.ts';
import type { Endpoint } from '#server/media/udp/address.ts';
import { randomBytes } from '#test/harness/seeded.ts';
import { stunCheck } from '#test/server/media/stun-client.ts';
import type { UdpClient } from '#test/server/udp-client.ts';

export interface UdpAttack {
  readonly what: string;
  /** Why each of its datagrams is dropped; undefined for what is allowed, and bounded. */
  readonly reason?: DropReason;
  /** False when there is nothing yet to send. */
  strike(): boolean;
}

/** Whom the attacker knows, or listens to. */
export interface Victims {
  readonly server: Endpoint;
  /** What it sends is seen on its way, if it is near. */
  readonly publisher?: { readonly socket: Socket; readonly captured: () => Buffer | undefined };
  /** The attacker's own session. */
  readonly viewer: UdpClient;
  /** The last that it was sent of the room's media. */
  readonly heard: () => Heard | undefined;
  /** Another session of the attacker's, whose feedback on packets is listened to. */
  readonly teller?: UdpClient;
  /** With the address of somebody who has nothing to do with it as its source. */
  readonly sendAsBystander: (datagram: Buffer) => void;
  /** As a client begins its handshake. */
  readonly hello: Buffer;
}

export interface Heard {
  readonly ssrc: number;
  readonly sequence: number;
}

/** Sources of one attacker: to a server an address that is spoofed is no more than another one. */
export async function strangers(count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, (_, i) => createSocket('udp4').bind(0, `127.0.1.${i + 1}`));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  return sockets;
}

/** All of them. `sources` are taken in turn. */
export function udpAttacks(
  random: () => number,
  sources: readonly Socket[],
  { server, publisher, viewer, heard, teller, sendAsBystander, hello }: Victims,
): readonly UdpAttack[] {
  let turn = 0;
  const send = (datagram: Buffer | undefined, from = sources[turn++ % sources.length]): boolean => {
    if (datagram === undefined) return false;
    from?.send(datagram, server.port, server.address);
    return true;
  };
  const stranger = (what: string, reason: DropReason, datagram: () => Buffer): UdpAttack => ({
    ...{ what, reason },
    strike: () => send(datagram()),
  });
  const beginning = (bytes: readonly number[], length: number): Buffer => {
    const datagram = randomBytes(random, length);
    datagram.set(bytes);
    return datagram;
  };
  return [
    stranger('checks for users that nobody is', 'UnknownUfrag', () =>
      stunCheck({ username: `${randomBytes(random, 6).toString('base64')}:abcd`, password: 'guessed' }),
    ),
    stranger('checks for a session with guessed passwords', 'BadIntegrity', () =>
      stunCheck({ ...viewer.ice, password: randomBytes(random, 18).toString('base64') }),
    ),
    stranger('bytes that begin like STUN', 'MalformedStun', () => beginning([0, 1], 2 + Math.floor(random() * 400))),
    stranger('RTP from nowhere', 'UnknownAddress', () => beginning([0x80, 96], 1200)),
    stranger('RTCP from nowhere', 'UnknownAddress', () => beginning([0x81, 201], 40)),
    stranger('DTLS hellos from nowhere', 'UnknownAddress', () => hello),
    ...(publisher === undefined ? [] : lies(publisher, send)),
    {
      what: 'a viewer who has media sent to somebody else',
      strike: () => {
        sendAsBystander(stunCheck({ ...viewer.ice, useCandidate: true }));
        return true;
      },
    },
    ...storms(viewer, heard),
    ...(teller === undefined ? [] : [tales(teller)]),
  ];
}

/** What the network repeats, and what it makes up. */
const lies = (
  { captured, socket }: NonNullable<Victims['publisher']>,
  send: (datagram: Buffer | undefined, from: Socket) => boolean,
): readonly UdpAttack[] => [
  {
    what: "a publisher's packets again, from its address",
    reason: 'Replayed',
    strike: () => send(captured(), socket),
  },
  {
    what: "a publisher's packets with other content, from its address",
    reason: 'Forged',
    strike: () => send(forged(captured()), socket),
  },
];

/** Of a number that has not come yet, so that it is no replay. */
function forged(captured: Buffer | undefined): Buffer | undefined {
  if (captured === undefined) return undefined;
  const datagram = Buffer.from(captured);
  datagram.writeUInt16BE((datagram.readUInt16BE(2) + 1000) & 0xffff, 2);
  return datagram;
}

const ownSsrc = 1;
/** What an Ethernet frame has room for: a NACK of so many entries, which ask for 17 packets each, 5,950 in all. */
const entries = 350;
/** The first of them so far behind the newest, and so many different ones, over and over: all are kept. */
const [behind, different] = [500, 480];

function everything({ ssrc, sequence }: Heard): Buffer {
  const packet = framed(rtcpType.transportFeedback, feedbackFormat.nack, ownSsrc, 4 + 4 * entries);
  packet.writeUInt32BE(ssrc, 8);
  for (let i = 0; i < entries; i++) {
    packet.writeUInt16BE((sequence - behind + ((17 * i) % different)) & 0xffff, 12 + 4 * i);
    packet.writeUInt16BE(0xffff, 14 + 4 * i);
  }
  return packet;
}

function storms(viewer: UdpClient, heard: () => Heard | undefined): readonly UdpAttack[] {
  const session = srtpSession(viewer.keys());
  let last: Buffer | undefined;
  const send = (report: Buffer | undefined): boolean => {
    if (report === undefined) return false;
    last = report;
    viewer.socket.send(report, viewer.server.port, viewer.server.address);
    return true;
  };
  const about = (feedback: (heard: Heard) => Buffer) => (): boolean => {
    const media = heard();
    if (media === undefined) return false;
    return send(sealRtcp(session, Buffer.concat([receiverReport(ownSsrc, []), feedback(media)])));
  };
  return [
    { what: 'a viewer who asks for everything again', strike: about(everything) },
    { what: 'a viewer who asks for nothing but key frames', strike: about(({ ssrc }) => pictureLoss(ownSsrc, ssrc)) },
    { what: 'the same report of a viewer again and again', reason: 'Replayed', strike: () => send(last) },
  ];
}

/** Feedbacks of 24 bytes that an Ethernet frame has room for, each of as many packets as a server remembers. */
const feedbacks = 58;
const told = 1024;

/** All of them missing, again and again, at one and the same time. */
function tales(teller: UdpClient): UdpAttack {
  const session = srtpSession(teller.keys());
  const missing = framed(rtcpType.transportFeedback, feedbackFormat.transportWide, ownSsrc, 16);
  missing.writeUInt16BE(told, 14);
  missing.writeUInt16BE(told, 20);
  const compound = Buffer.concat([receiverReport(ownSsrc, []), ...Array<Buffer>(feedbacks).fill(missing)]);
  return {
    what: 'a viewer who tells of the same packets without end',
    strike: () => {
      teller.socket.send(sealRtcp(session, compound), teller.server.port, teller.server.address);
      return true;
    },
  };
}
