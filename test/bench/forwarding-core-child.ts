/**
 * The media core with its socket in one thread: with all that it counts, or with a tally that counts nothing. What then
 * remains of counting are sums that the compiler keeps in registers.
 */
import { randomBytes } from 'node:crypto';
import { noTotals } from '#server/media/counts.ts';
import { startIngress } from '#server/media/ingress.ts';
import { type MediaCore, mediaCore } from '#server/media/media-core.ts';
import { inbox } from '#server/media/srtp/inbox.ts';
import { type Tally, tally } from '#server/media/tally.ts';
import { threadLoad } from '#server/media/thread-load.ts';
import { tickMs } from '#server/media/timers.ts';
import { openSockets } from '#server/media/udp/dual-socket.ts';
import { answer } from './forwarding-child.ts';
import { addClients, type PlaneQuestion } from './forwarding-clients.ts';

const ignore = () => undefined;
const now = () => performance.now();

const silence: Tally = {
  received: ignore,
  sent: ignore,
  isSampled: () => false,
  took: ignore,
  withheld: ignore,
  resent: ignore,
  wasRepair: ignore,
  cameLate: ignore,
  stalled: ignore,
  reported: ignore,
  tookRoundTrip: ignore,
  feedback: ignore,
  nacked: ignore,
  refused: ignore,
  estimated: ignore,
  probed: ignore,
  filledUp: ignore,
  switched: ignore,
  totals: noTotals,
};

const socket = await openSockets({ address: '127.0.0.1', port: 0 }, () => core?.countDrop('SendFailed'));
let core: MediaCore | undefined;
let received = 0;
let subscribers = 0;

/** Both kinds count the packets of the publisher's, however little the core counts. */
function begin({ clients, isCounting }: PlaneQuestion): number {
  const made = mediaCore({
    send: socket.send,
    now,
    random: Math.random,
    randomBytes,
    outbox: socket.outbox,
    inbox: inbox(),
    tally: isCounting ? tally() : silence,
    events: {
      onDtls: ignore,
      onConnected: ignore,
      onMedia: ignore,
      onFirstFrame: ignore,
      onHints: ignore,
      onLayers: ignore,
      onHeld: ignore,
      onClosed: ignore,
    },
  });
  core = made;
  addClients(made, clients);
  subscribers = clients.filter(({ subscribes }) => subscribes).length;
  const ingress = startIngress(
    socket,
    {
      ...made,
      handOver: ignore,
      receiveMedia(datagram, from) {
        const isMedia = made.receiveMedia(datagram, from);
        if (isMedia) received += 1;
        return isMedia;
      },
      tick() {
        if (isCounting) load.turn();
        made.tick();
      },
    },
    now,
  );
  const load = threadLoad(tickMs, now, ingress.loopTime);
  return socket.local.port;
}

answer(begin, () => received * subscribers);
