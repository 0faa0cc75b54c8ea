/**
 * A server, a room on the air and somebody who takes everybody's name, all within a network namespace of this process, of
 * which `ip` has made the loopback. Prints what came of it, as JSON.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { measure } from '#test/bench/forwarding-load.ts';
import { serverContender } from '#test/bench/server-contender.ts';
import { eventually } from '#test/harness/eventually.ts';
import { seeded } from '#test/harness/seeded.ts';
import { serverProcess } from '#test/server/server-process.ts';
import { udpClient } from '#test/server/udp-client.ts';
import { assault } from './assault.ts';
import { firstHello, withFeedback } from './attacker.ts';
import { counted } from './counted.ts';
import { rawSocket } from './raw-socket.ts';
import { roomsOfSiege, stage } from './siege.ts';
import type { Spoofed, SpoofQuestion } from './spoofing.ts';
import { type Guise, spoofs } from './spoofs.ts';

const { seed, seconds, perSecond } = JSON.parse(process.argv[2] ?? '') as SpoofQuestion;
const random = seeded(seed);
const load = { subscribers: 2, packetsPerSecond: 200, payloadBytes: 1200, seconds, settleMs: 20_000 };
/** Before it measures, a load is offered for so long. */
const warmUpSeconds = 0.5;
const strangers = Array.from({ length: 8 }, (_, i) => `198.51.100.${i + 1}`);

await using held = new AsyncDisposableStack();
const raw = rawSocket();
const server = await serverProcess(roomsOfSiege);
held.defer(() => server.end());
const usage = async () => ({ cpuMicroseconds: 0, forwarded: 0 });
const witness = await serverContender({ usage }, { origin: server.url(''), room: stage }, load, withFeedback);
held.defer(() => witness.stop());
const at = { fetch: (path: string, init?: RequestInit) => fetch(server.url(path), init) };
const viewer = await udpClient(at, `${stage}/whep`, { offers: withFeedback });
held.defer(async () => viewer.stop());

const books: { readonly who: Guise['who']; readonly bytes: { sent: number; received: number } }[] = [];
const guise = (who: Guise['who'], from: () => { readonly address: string; readonly port: number }): Guise => {
  const bytes = { sent: 0, received: 0 };
  books.push({ who, bytes });
  return {
    who,
    send: (datagram) => {
      bytes.sent += datagram.length;
      raw.send(datagram, from(), server.media);
    },
  };
};
/** What is no media and no report: those come to whom the name is of in any case. */
const counting = (socket: ReturnType<typeof createSocket>, who: Guise['who']): void => {
  const book = books.find((one) => one.who === who);
  socket.on('message', (datagram) => {
    if (book !== undefined && (datagram[0] ?? 0) < 64) book.bytes.received += datagram.length;
  });
};
const hosts = await Promise.all(
  strangers.map(async (address) => {
    const socket = createSocket('udp4').bind(0, address);
    await once(socket, 'listening');
    held.defer(async () => void socket.close());
    return socket;
  }),
);
let turn = 0;
const guises = [
  { of: guise('a viewer', () => viewer.socket.address()), username: viewer.ice.username },
  { of: guise('the publisher', () => witness.publisher.socket.address()), username: witness.publisher.ice.username },
  {
    of: guise('a stranger', () => hosts[turn++ % hosts.length]?.address() ?? viewer.socket.address()),
    username: viewer.ice.username,
  },
] as const;
counting(viewer.socket, 'a viewer');
counting(witness.publisher.socket, 'the publisher');
for (const host of hosts) counting(host, 'a stranger');

const hello = await firstHello();
const udp = guises.flatMap(({ of, username }) =>
  spoofs(of, { random, hello, username, captured: witness.lastPublished }),
);
const counts = counted(server);
const sessions = async () => (await server.metric('live_debug_objects{type="session"}')) ?? 0;
const [before, sessionsBefore, receivedBefore] = [await counts(), await sessions(), viewer.received()];
const attack = assault({ udp, http: [], perSecond });
const attacked = await measure(witness, load);
await attack.end();
const afterwards = await measure(witness, { ...load, seconds: 1 });
const published = load.packetsPerSecond * (load.seconds + 1 + 2 * warmUpSeconds);
const seen = () => viewer.received() - receivedBefore;
await eventually('all has come', () => seen() >= published).catch(() => undefined);
// Seconds are over since the attack ended: what it sent is counted, and in the metrics.
const after = await counts();

console.log(
  JSON.stringify({
    struck: attack.seen().struck,
    dropped: Object.fromEntries(
      Object.entries(after.dropped).map(([reason, count]) => [reason, count - (before.dropped[reason] ?? 0)]),
    ),
    books,
    deliveredPart: attacked.deliveredPart,
    deliveredAfterwards: afterwards.deliveredPart,
    published,
    seen: seen(),
    isEnded: viewer.isClosed() || witness.publisher.isClosed(),
    sessionsGone: sessionsBefore - (await sessions()),
  } satisfies Spoofed),
);
raw.close();
await held.disposeAsync();
process.exit(0);
