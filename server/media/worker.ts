/** Entry of the media thread: the socket, the timer, and the way to the main thread. */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { endHungProcess } from '../probes/last-words.ts';
import { startWatchdog } from '../probes/watchdog.ts';
import { bundles } from './bundles.ts';
import { startEgress } from './egress/egress-thread.ts';
import { egressThreads } from './egress/egress-threads.ts';
import { mostThreads } from './egress/placement.ts';
import { startIngress } from './ingress.ts';
import { mediaCore } from './media-core.ts';
import { bytesOf, deliver, type FromWorker, type ToWorker, textOf, type WorkerOptions } from './messages.ts';
import type { SlowerPart } from './plane.ts';
import { askForShortSlices } from './short-slices.ts';
import { aesBlocks } from './srtp/aes-blocks.ts';
import { inbox } from './srtp/inbox.ts';
import { tally } from './tally.ts';
import { threadLoad } from './thread-load.ts';
import { tickMs } from './timers.ts';
import { openSockets } from './udp/dual-socket.ts';

if (parentPort === null) throw new Error('server/media/worker.ts runs as a worker thread only');
const main = parentPort;
const outgoing = bundles<FromWorker>((together) => main.postMessage(together));
const tell = outgoing.add;

const { watchdog, cores, viewersPerThread, ...endpoint } = workerData as WorkerOptions;
const now = () => performance.now();
askForShortSlices();
if (watchdog !== undefined) startWatchdog(watchdog, { nowMs: now, onHung: endHungProcess });
const slower: SlowerPart[] = [];
const socket = await openSockets(endpoint, () => core.countDrop('SendFailed'), goesSlower('sending packets'));
const egress = egressThreads(
  { most: mostEgress(), perThread: viewersPerThread },
  () => startEgress(socket.outbox?.bound ?? [], now, core.egressEvents, fail),
  (error) => tell(['onThreadRefused', String(error)]),
);
const opener = inbox(goesSlower('opening packets'));
const aes = aesBlocks(goesSlower('deriving keys'));
const core = mediaCore({
  send: socket.send,
  now,
  random: Math.random,
  randomBytes,
  outbox: socket.outbox,
  inbox: opener,
  aes,
  shares: egress,
  tally: tally(),
  events: {
    onDtls: (id, datagram) => tell(['onDtls', id, textOf(datagram)]),
    onConnected: (id) => tell(['onConnected', id]),
    onMedia: (id) => tell(['onMedia', id]),
    onFirstFrame: (id) => tell(['onFirstFrame', id]),
    onLayers: (...args) => tell(['onLayers', ...args]),
    onHeld: (...args) => tell(['onHeld', ...args]),
    onHints: (...args) => tell(['onHints', ...args]),
    onClosed: (...args) => tell(['onClosed', ...args]),
  },
});
const ingress = startIngress(socket, { ...core, tick, handOver }, now);
const load = threadLoad(tickMs, now, ingress.loopTime);
const called = { ...core, sendDtls: (id: string, text: string) => core.sendDtls(id, bytesOf(text)) };

function tick(): void {
  load.turn();
  core.tick();
}

/** To other threads. */
function handOver(): void {
  egress.handOver();
  outgoing.send();
}

main.on('message', (together: readonly ToWorker[]) => {
  together.forEach(hear);
  core.flush();
});
// Told by this thread for all: the others load the same OpenSSL.
if (slower.length > 0) tell(['onSlower', slower]);
tell({ bound: socket.local });

function hear(message: ToWorker): void {
  if (Array.isArray(message)) deliver(called, message);
  else if (message.ask === 'close') void close();
  // Who is ill ends this thread too, and all that wait are told.
  else answer(message).catch(() => undefined);
}

async function answer({ ask, id }: Extract<ToWorker, { id: number }>): Promise<void> {
  if (ask === 'snapshot') {
    const all = await egress.snapshot(core.snapshot());
    return tell({ answerTo: id, snapshot: { ...all, load: load.seen() } });
  }
  if (typeof ask === 'object') return tell({ answerTo: id, viewers: await egress.viewers(core.viewers(ask), ask) });
  await egress.ping();
  tell({ answerTo: id });
}

function goesSlower(part: SlowerPart['part']): (reason: string) => void {
  return (reason) => void slower.push({ part, reason });
}

/** The others first: the descriptor that they send by is another's as soon as it is closed here. */
async function close(): Promise<void> {
  ingress.stop();
  await egress.close();
  outgoing.send();
  socket.close();
  main.close();
}

/** Threads beside this one to send by: none without what they send with, or without cores for them. */
function mostEgress(): number {
  return socket.outbox === undefined ? 0 : Math.max(0, Math.min(mostThreads, cores - 1));
}

function fail(error: Error): never {
  throw error;
}
