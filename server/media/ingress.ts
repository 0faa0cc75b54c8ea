/**
 * What the media thread does all day: it reads its sockets, and looks every `tickMs` what is due. Where it can it sleeps at
 * the sockets themselves, and has Node's loop turn only when something has come for it; else it is Node's loop that reads.
 */
import { paceMs } from './down/probe.ts';
import type { MediaCore } from './media-core.ts';
import { putAside } from './put-aside.ts';
import type { LoopTime } from './thread-load.ts';
import { tickMs } from './timers.ts';
import type { Endpoint } from './udp/address.ts';
import type { MediaSockets } from './udp/dual-socket.ts';
import type { Reader } from './udp/reader.ts';

export interface Ingress {
  /** How long its loop, of either kind, has worked and slept. */
  loopTime(): LoopTime;
  stop(): void;
}

interface Core extends Pick<MediaCore, 'receive' | 'receiveMedia' | 'settle' | 'flush' | 'tick' | 'pace'> {
  /** Called before the thread sleeps: what others are to be told is on its way to them. */
  handOver(): void;
}

export function startIngress(socket: MediaSockets, core: Core, now: () => number): Ingress {
  const reader = socket.takeReader();
  return reader === undefined ? byLoop(socket, core) : byReader(socket, reader, core, now);
}

function byLoop(socket: MediaSockets, core: Core): Ingress {
  socket.onDatagram((datagram, from) => {
    core.receive(datagram, from);
    core.settle();
  });
  let pacer: NodeJS.Timeout | undefined;
  const keepPace = (): void => {
    if (core.pace()) return;
    clearInterval(pacer);
    pacer = undefined;
  };
  const timer = setInterval(() => {
    core.tick();
    if (pacer === undefined && core.pace()) pacer = setInterval(keepPace, paceMs);
  }, tickMs);
  return {
    loopTime: () => performance.eventLoopUtilization(),
    stop() {
      clearInterval(timer);
      clearInterval(pacer);
    },
  };
}

/** Of one socket, before it is looked whether there is something else to do. */
const mostAtOnce = 256;

function byReader(socket: MediaSockets, reader: Reader, core: Core, now: () => number): Ingress {
  const startedMs = now();
  let asleepMs = 0;
  let nextTickMs = startedMs + tickMs;
  let nextPaceMs = Number.POSITIVE_INFINITY;
  let isStopped = false;
  const keepPace = (atMs: number): void => {
    nextPaceMs = core.pace() ? atMs + paceMs : Number.POSITIVE_INFINITY;
  };
  const read = mediaFirst(reader, core);
  /** Works and sleeps until Node's loop has to turn. */
  const turn = (): void => {
    for (let atMs = now(); atMs < nextTickMs && !isStopped; atMs = now()) {
      if (atMs >= nextPaceMs) keepPace(atMs);
      // What other threads had us send.
      core.flush();
      core.handOver();
      const idleMs = now();
      // What dgram could not send at once waits for its loop.
      reader.sleep(socket.isQueued() ? 0 : Math.max(0, Math.ceil(Math.min(nextTickMs, nextPaceMs) - idleMs)));
      asleepMs += now() - idleMs;
      read();
      if (reader.isLoopDue() || socket.isQueued()) break;
    }
    if (isStopped) return;
    if (now() >= nextTickMs) {
      core.tick();
      keepPace(now());
      nextTickMs = now() + tickMs;
    }
    core.handOver();
    setImmediate(turn);
  };
  setImmediate(turn);
  return {
    loopTime: () => ({ active: now() - startedMs - asleepMs, idle: asleepMs }),
    stop() {
      isStopped = true;
    },
  };
}

/** A function that reads what has come: packets of publishers are sent on at once, and all else is looked at after them. */
function mediaFirst(reader: Reader, core: Core): () => void {
  const others = putAside();
  const take = (datagram: Buffer, from: Endpoint): boolean => {
    if (core.receiveMedia(datagram, from)) core.settle();
    else if (!others.put(datagram, from)) {
      // No room, or too long: in its turn all the same, and this socket is read no further before media of the others.
      core.flush();
      others.release(core.receive);
      core.receive(datagram, from);
      return false;
    }
    return !others.isFull();
  };
  return () => {
    reader.read(mostAtOnce, take);
    core.flush();
    others.release(core.receive);
    core.flush();
  };
}
