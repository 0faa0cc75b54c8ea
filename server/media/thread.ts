import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { bundles } from './bundles.ts';
import type { ViewersSeen } from './down/viewer-figures.ts';
import { viewersPerThread } from './egress/placement.ts';
import type { MediaCommands } from './media-commands.ts';
import {
  bytesOf,
  deliver,
  type FromWorker,
  type Question,
  type ThreadSnapshot,
  type ToWorker,
  textOf,
  type WorkerOptions,
} from './messages.ts';
import type { DownTrack, MediaEvents, MediaPlane } from './plane.ts';
import { questions } from './questions.ts';
import { checkKeys } from './srtp/srtp-keys.ts';

/** `address` is the one to bind, IPv4 or IPv6; `port` 0 takes any. */
export interface MediaPlaneOptions extends Omit<WorkerOptions, 'cores' | 'viewersPerThread'> {
  /** As many as the process may use, unless said. */
  readonly cores?: number;
  readonly viewersPerThread?: number;
  readonly events: MediaEvents;
}

/** Closing takes milliseconds. */
const closeTimeoutMs = 2000;

/**
 * Starts the media thread. Resolves once its socket is bound; rejects with the system's error when it cannot be. After
 * that a failure of the thread goes to `onFailure`, and whoever waits for an answer is told too.
 */
export async function startMediaPlane({ events, ...options }: MediaPlaneOptions): Promise<MediaPlane> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { cores: availableParallelism(), viewersPerThread, ...options } satisfies WorkerOptions,
    name: 'media',
    // The outbox is prepared for what the warning about `node:ffi` warns of.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const messages = { toMedia: 0, toMain: 0 };
  const outgoing = bundles<ToWorker>((together) => worker.postMessage(together));
  const tell = (message: ToWorker): void => {
    messages.toMedia += 1;
    outgoing.add(message);
  };
  const waiting = questions<Question>(tell);
  const { promise: bound, resolve, reject } = Promise.withResolvers<MediaPlane['local']>();
  let isRunning = false;
  let isClosing = false;

  const fail = (error: Error): void => {
    waiting.fail(error);
    if (isRunning && !isClosing) events.onFailure(error);
    reject(error);
    isClosing = true;
  };
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new Error(`the media thread ended with code ${code}`)));
  const told = { ...events, onDtls: (id: string, text: string) => events.onDtls(id, bytesOf(text)) };
  const hear = (message: FromWorker): void => {
    messages.toMain += 1;
    if (Array.isArray(message)) deliver(told, message);
    else if ('bound' in message) resolve(message.bound);
    else waiting.answer(message.answerTo, message.snapshot ?? message.viewers);
  };
  worker.on('message', (together: readonly FromWorker[]) => together.forEach(hear));

  const local = await bound;
  isRunning = true;
  return {
    local,
    ...commands(tell),
    snapshot: async () => ({ ...((await waiting.ask('snapshot')) as ThreadSnapshot), messages: { ...messages } }),
    viewers: async (asked) => (await waiting.ask(asked)) as ViewersSeen,
    ping: async () => void (await waiting.ask('ping')),
    async close() {
      if (isClosing) return;
      isClosing = true;
      const exited = once(worker, 'exit');
      outgoing.add({ ask: 'close' });
      outgoing.send();
      // One that hangs would keep the process until somebody kills it.
      const giveUp = setTimeout(() => worker.terminate(), closeTimeoutMs);
      await exited;
      clearTimeout(giveUp);
    },
  };
}

const commands = (tell: (message: ToWorker) => void): MediaCommands => ({
  addTransport: (...args) => tell(['addTransport', ...args]),
  restartIce: (...args) => tell(['restartIce', ...args]),
  sendDtls: (id, datagram) => tell(['sendDtls', id, textOf(datagram)]),
  setKeys(id, keys) {
    checkKeys(keys);
    tell(['setKeys', id, keys]);
  },
  publish: (...args) => tell(['publish', ...args]),
  subscribe(id, roomId, tracks) {
    checkTracks(tracks);
    tell(['subscribe', id, roomId, tracks]);
  },
  chooseLayer: (...args) => tell(['chooseLayer', ...args]),
  removeTransport: (...args) => tell(['removeTransport', ...args]),
  removeRoom: (...args) => tell(['removeRoom', ...args]),
});

/** Two streams of one SSRC would use the same SRTP indices. */
function checkTracks(tracks: readonly DownTrack[]): void {
  const ssrcs = tracks.flatMap(({ ssrc, rtxSsrc }) => (rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc]));
  if (new Set(ssrcs).size !== ssrcs.length) throw new RangeError(`SSRCs must differ: ${ssrcs.join(', ')}`);
}
