/** Entry of the media thread: the socket, the timer, and the way to the main thread. */
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { endHungProcess } from '../probes/last-words.ts';
import { startWatchdog } from '../probes/watchdog.ts';
import { openSockets } from './dual-socket.ts';
import { mediaCore } from './media-core.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts';
import { tally } from './tally.ts';
import { threadLoad } from './thread-load.ts';
import { tickMs } from './timers.ts';

if (parentPort === null) throw new Error('server/media/worker.ts runs as a worker thread only');
const main = parentPort;
const tell = (message: FromWorker): void => main.postMessage(message);

const { watchdog, ...endpoint } = workerData as WorkerOptions;
if (watchdog !== undefined) startWatchdog(watchdog, { nowMs: () => performance.now(), onHung: endHungProcess });
const socket = await openSockets(endpoint, () => core.countDrop('SendFailed'));
const core = mediaCore({
  send: socket.send,
  now: () => performance.now(),
  random: Math.random,
  randomBytes,
  outbox: socket.outbox,
  tally: tally(),
  events: {
    // Copied exactly: a view into a pool would take the whole pool along.
    onDtls: (id, datagram) => tell({ call: 'onDtls', args: [id, new Uint8Array(datagram)] }),
    onConnected: (id) => tell({ call: 'onConnected', args: [id] }),
    onMedia: (id) => tell({ call: 'onMedia', args: [id] }),
    onFirstFrame: (id) => tell({ call: 'onFirstFrame', args: [id] }),
    onClosed: (id, reason) => tell({ call: 'onClosed', args: [id, reason] }),
  },
});
socket.onDatagram(core.receive);
const load = threadLoad(
  tickMs,
  () => performance.now(),
  () => performance.eventLoopUtilization(),
);
const timer = setInterval(() => {
  load.turn();
  core.tick();
}, tickMs);

main.on('message', (message: ToWorker) => {
  if ('call' in message) return call(message);
  switch (message.ask) {
    case 'snapshot':
      return tell({ answerTo: message.id, snapshot: { ...core.snapshot(), load: load.seen(), egressLoads: [] } });
    case 'ping':
      return tell({ answerTo: message.id });
    case 'close':
      clearInterval(timer);
      socket.close();
      return main.close();
  }
});
tell({ bound: socket.local });

/** The type of `args` belongs to that of `call`; the compiler cannot follow it through the index. */
function call(message: Extract<ToWorker, { call: unknown }>): void {
  (core[message.call] as (...args: unknown[]) => void)(...message.args);
}
