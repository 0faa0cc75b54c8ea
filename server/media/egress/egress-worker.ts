/**
 * Entry of an egress thread. It reads no socket and waits for nothing but the bell, which wakes it sooner than an event of
 * its loop would. The loop is turned now and then all the same, for what Node does there.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { paceMs } from '../down/probe.ts';
import { deliver } from '../messages.ts';
import { aesBlocks } from '../srtp/aes-blocks.ts';
import { inbox } from '../srtp/inbox.ts';
import { tally } from '../tally.ts';
import { threadLoad } from '../thread-load.ts';
import { tickMs } from '../timers.ts';
import { outbox } from '../udp/outbox.ts';
import { doorbell } from './doorbell.ts';
import { egressCore } from './egress-core.ts';
import type { EgressOptions, FromEgress, ToEgress } from './egress-messages.ts';
import { egressTurn } from './egress-turn.ts';
import { journal } from './journal.ts';
import { mailbox } from './mailbox.ts';
import { sharedClockMs } from './shared-clock.ts';

if (parentPort === null) throw new Error('server/media/egress/egress-worker.ts runs as a worker thread only');
const ingress = parentPort;
const tell = (message: FromEgress): void => ingress.postMessage(message);

const options = workerData as EgressOptions;
const offsetMs = sharedClockMs() - performance.now() + options.clockOffsetMs;
const now = () => performance.now() + offsetMs;
const countFailure = () => core.countDrop('SendFailed');
const packets = journal(options.journal);
// Media that the kernel has no room for is late already.
const exits = options.sockets.map((bound) => ({ ...bound, leave: countFailure, isPassable: () => true }));
const box = outbox(exits, packets.waits);
if (box === undefined) throw new Error('an egress thread cannot send by the socket of ingress');

const core = egressCore({
  outbox: box,
  inbox: inbox(),
  aes: aesBlocks(),
  send(pieces, to) {
    if (!box.put(pieces, to)) countFailure();
    return true;
  },
  now,
  random: Math.random,
  randomBytes,
  tally: tally(),
  events: {
    onMedia: (...args) => tell(['onMedia', ...args]),
    onFirstFrame: (...args) => tell(['onFirstFrame', ...args]),
    onClosed: (...args) => tell(['onClosed', ...args]),
    onHeld: (...args) => tell(['onHeld', ...args]),
    onHeard: (...args) => tell(['onHeard', ...args]),
    onKeyFrameWanted: (...args) => tell(['onKeyFrameWanted', ...args]),
    onUsed: (...args) => tell(['onUsed', ...args]),
  },
});
const bell = doorbell(options.doorbell);
const startedMs = now();
let asleepMs = 0;
let nextTickMs = startedMs + tickMs;
let nextPaceMs = Number.POSITIVE_INFINITY;
let isClosing = false;
const load = threadLoad(tickMs, now, () => ({ active: now() - startedMs - asleepMs, idle: asleepMs }));
const work = egressTurn(core, {
  bell,
  packets,
  letters: mailbox(options.mailbox),
  takeMessage() {
    const received = receiveMessageOnPort(ingress);
    if (received !== undefined) (received.message as readonly ToEgress[]).forEach(take);
    return received !== undefined;
  },
});

turn();

/** Works and sleeps until it is time to look at all that is due. */
function turn(): void {
  for (let atMs = now(); atMs < nextTickMs && !isClosing; atMs = now()) {
    const rings = bell.rings();
    if (atMs >= nextPaceMs) keepPace(atMs);
    if (work()) continue;
    const idleMs = now();
    bell.sleep(rings, Math.max(0, Math.min(nextTickMs, nextPaceMs) - idleMs));
    asleepMs += now() - idleMs;
  }
  if (isClosing) {
    box?.close();
    ingress.close();
    return;
  }
  load.turn();
  core.tick();
  keepPace(now());
  core.flush();
  nextTickMs = now() + tickMs;
  setImmediate(turn);
}

function keepPace(atMs: number): void {
  nextPaceMs = core.pace() ? atMs + paceMs : Number.POSITIVE_INFINITY;
  core.flush();
}

function take(message: ToEgress): void {
  if (Array.isArray(message)) deliver(core, message);
  else if (message.ask === 'close') isClosing = true;
  else if (message.ask === 'ping') tell({ answerTo: message.id });
  else if (typeof message.ask === 'object') tell({ answerTo: message.id, viewers: core.viewers(message.ask) });
  else tell({ answerTo: message.id, snapshot: { ...core.snapshot(), load: load.seen() } });
}
