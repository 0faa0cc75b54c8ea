import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { file, sharedKey } from '#crds/contract.ts';
import { type Purpose, type Seal, sealOf } from '#server/peers/seal.ts';
import { replaceFile } from '#test/harness/replace-file.ts';
import { type FakeClock, fakeClock } from '../fake-clock.ts';
import { type Running, running } from '../running.ts';
import { type UdpClient, udpClient } from '../udp-client.ts';

export const secret = 'a-secret-that-all-pods-of-a-namespace-have';
export const uid = { first: 'uid-of-the-first', next: 'uid-of-the-next' } as const;

/** Two pods of the room default/stage: the first has the publisher and all sessions, the next has taken its place. */
export interface Pair {
  /** Of both. */
  readonly clock: FakeClock;
  readonly first: Running;
  readonly next: Running;
  /** The path of the publisher's session. */
  readonly publisher: string;
  /** A viewer's session with the first; the path of its URL. */
  join(): Promise<string>;
  /** What the next pod is told of other pods from now on; it begins without. */
  writeOthers(text: string): Promise<void>;
  /** What the next pod has as secrets from now on. */
  writeSecrets(text: string): Promise<void>;
  stop(): Promise<void>;
}

export const sealFor = (purpose: Purpose, ...secrets: readonly string[]): Seal => {
  const seal = sealOf(secrets.length === 0 ? [secret] : secrets, purpose);
  if (seal === undefined) throw new Error('no secret');
  return seal;
};

export async function pair(): Promise<Pair> {
  const clock = fakeClock(Date.UTC(2026, 10, 22));
  const rooms = 'rooms: [{name: stage}]';
  const dirs = await Promise.all([0, 0].map(() => mkdtemp(join(tmpdir(), 'liveroom-keys-'))));
  const [ofFirst = '', ofNext = ''] = dirs;
  for (const dir of dirs) await writeFile(join(dir, sharedKey.sessions), secret);
  const [first, next] = await Promise.all([
    running(rooms, { peer: { keysDir: ofFirst, podUid: uid.first } }, clock),
    running(rooms, { peer: { keysDir: ofNext, podUid: uid.next, othersFile: join(ofNext, file.otherPods) } }, clock),
  ]);
  const clients: UdpClient[] = [];
  const comes = async (side: 'whip' | 'whep') => {
    const client = await udpClient(first, `/default/stage/${side}`);
    clients.push(client);
    return client.location;
  };
  return {
    clock,
    first,
    next,
    publisher: await comes('whip'),
    join: () => comes('whep'),
    writeOthers: (text) => replaceFile(join(ofNext, file.otherPods), text),
    writeSecrets: (text) => replaceFile(join(ofNext, sharedKey.sessions), text),
    stop: async () => {
      for (const client of clients) client.stop();
      await Promise.all([first.stop(), next.stop()]);
      for (const dir of dirs) await rm(dir, { recursive: true });
    },
  };
}

/** Somebody's server that is none of our pods. */
export interface Stranger {
  readonly port: number;
  readonly heard: readonly IncomingMessage[];
  stop(): Promise<void>;
}

export async function stranger(answer: RequestListener): Promise<Stranger> {
  const heard: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    heard.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
