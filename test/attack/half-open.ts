/**
 * Clients of ever other addresses who hold a right token, begin a session and leave it there: some never come to the media
 * port, some say hello and hear nothing, some have the server answer with its certificate and say no more.
 */
import { createSocket, type Socket } from 'node:dgram';
import { stunCheck } from '#test/server/media/stun-client.ts';
import { smallPlayOffer } from '#test/server/offers.ts';
import { secondHello } from './dtls-records.ts';

const depths = ['an answer', 'a hello', 'a certificate'] as const;
type Depth = (typeof depths)[number];

export interface HalfOpenOptions {
  /** `http://…` */
  readonly origin: string;
  /** `/namespace/room` */
  readonly room: string;
  /** As a client begins its handshake. */
  readonly hello: Buffer;
  /** How many ask at a time. */
  readonly atOnce: number;
}

export interface Asked {
  /** By status. */
  readonly answers: Readonly<Record<number, number>>;
  /** Answers to hellos that came back. */
  readonly heard: number;
}

/** How many addresses there are in all: 198.18.0.0/15, which RFC 2544 keeps for such things. */
const addresses = 2 ** 17;

/** Asks for so many sessions. Rejects when a request fails. */
export async function halfOpen(count: number, { origin, room, hello, atOnce }: HalfOpenOptions) {
  const sockets: Socket[] = [];
  const answers: Record<number, number> = {};
  let [next, heard] = [0, 0];
  const handshake = (depth: Depth, { username, password, port, address }: Place): void => {
    const socket = createSocket('udp4').unref();
    sockets.push(socket);
    const send = (datagram: Buffer) => socket.send(datagram, port, address);
    socket.on('message', (datagram) => {
      if ((datagram[0] ?? 0) < 4) return send(hello);
      heard += 1;
      const second = depth === 'a certificate' ? secondHello(hello, datagram) : undefined;
      if (second !== undefined) send(second);
    });
    send(stunCheck({ username, password, useCandidate: true }));
  };
  const ask = async (): Promise<void> => {
    while (next < count) {
      const number = next++;
      const response = await fetch(`${origin}${room}/whep`, {
        method: 'POST',
        headers: { ...headers, 'X-Forwarded-For': addressOf(number) },
        body: offer,
      });
      const text = await response.text();
      answers[response.status] = (answers[response.status] ?? 0) + 1;
      const depth = depths[number % depths.length] ?? depths[0];
      if (response.status === 201 && depth !== 'an answer') handshake(depth, placeIn(text));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return {
    asked: (): Asked => ({ answers, heard }),
    stop: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

const headers = { 'Content-Type': 'application/sdp', Authorization: 'Bearer the-play-token' };
const offer = smallPlayOffer();

function addressOf(number: number): string {
  const host = number % addresses;
  return `198.${18 + (host >>> 16)}.${(host >>> 8) & 255}.${host & 255}`;
}

interface Place {
  readonly username: string;
  readonly password: string;
  readonly address: string;
  readonly port: number;
}

/** Of an answer. */
function placeIn(sdp: string): Place {
  const [, ufrag = ''] = /a=ice-ufrag:(\S+)/.exec(sdp) ?? [];
  const [, password = ''] = /a=ice-pwd:(\S+)/.exec(sdp) ?? [];
  const [, address = '', port = ''] = /a=candidate:1 1 udp \d+ (\S+) (\d+)/.exec(sdp) ?? [];
  return { username: `${ufrag}:abcd`, password, address, port: Number(port) };
}
