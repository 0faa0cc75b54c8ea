/** What somebody can ask of the public port who means harm, with or without a token. */
import { connect, type Socket } from 'node:net';
import { smallPlayOffer } from '#test/server/offers.ts';

export interface HttpAttack {
  readonly what: string;
  /** Asks once more. Resolves to the status. */
  strike(): Promise<number>;
}

/** Each answers at once, and is over then, but for the session that the first of them leaves. */
export function httpAttacks(origin: string, room: string): readonly HttpAttack[] {
  const offers = async (body: string, token = 'the-play-token'): Promise<number> => {
    const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` };
    const response = await fetch(`${origin}${room}/whep`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  };
  const offer = smallPlayOffer();
  let guess = 0;
  return [
    { what: 'sessions of clients that never come', strike: () => offers(offer) },
    { what: 'guessed tokens', strike: () => offers(offer, `guess-${guess++}`) },
    { what: 'offers that are none', strike: () => offers('v=0\r\n') },
    { what: 'offers that are too long', strike: () => offers('a'.repeat(70_000)) },
    {
      what: 'paths that nobody has',
      strike: async () => (await fetch(`${origin}/nowhere/${guess++}/whep`, { method: 'POST' })).status,
    },
  ];
}

/** Connections that say a byte from time to time, and never come to an end. */
export interface SlowClients {
  /** Of them, those that the server has not closed. */
  open(): number;
  stop(): void;
}

const everyMs = 100;

/** Half of them never end their head, the others never end their body. */
export function slowClients(origin: string, room: string, count: number): SlowClients {
  const { hostname, port } = new URL(origin);
  const head = `POST ${room}/whep HTTP/1.1\r\nHost: x\r\n`;
  const body = `${head}Authorization: Bearer the-play-token\r\nContent-Type: application/sdp\r\nContent-Length: 60000\r\n\r\n`;
  const sockets = new Set<Socket>();
  for (let i = 0; i < count; i++) {
    const socket = connect(Number(port), hostname, () => socket.write(i % 2 === 0 ? head : body));
    // That it is cut off is what is to be seen; what it was answered before is not.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
    sockets.add(socket);
  }
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }, everyMs);
  return {
    open: () => sockets.size,
    stop: () => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}
