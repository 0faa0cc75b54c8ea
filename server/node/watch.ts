/** Looks at the node every few seconds, and knows the rates of the last ones. */
import type { NodeCounter } from '#crds/node-stats.ts';
import type { ThreadLoad } from '../media/plane.ts';
import { type LoopTime, threadLoad } from '../media/thread-load.ts';
import { averageMemory, rates, remembered, type Sample } from './rates.ts';
import type { Reading } from './reading.ts';

/** What grows, beside what is told of it: seconds of CPU, and of forwarding in so many measured packets. */
export type Counter = NodeCounter | 'cpuSeconds' | 'forwardSeconds' | 'forwardMeasured';
export type Counts = Readonly<Record<Counter, number>>;

export interface NodeSeen {
  /** When it was looked at last, in milliseconds since 1970. */
  readonly atMs: number;
  readonly reading: Reading;
  /** CPU time of the window, of what the pod may use. */
  readonly cpuLoad: number;
  readonly averageMemoryBytes: number;
  /** Of this thread, which is the one that signals. */
  readonly mainThread: ThreadLoad;
  readonly totals: Counts;
  /** Growth in a second, over the window. */
  readonly perSecond: Counts;
}

export interface Watched {
  readonly read: () => Reading;
  /** What the server counts itself; the rest of the counters are in the reading. */
  readonly counts: () => Promise<Omit<Counts, 'cpuSeconds' | `system${string}`>>;
  readonly clock: { readonly now: () => number };
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly loopTime: () => LoopTime;
  readonly everyMs: number;
  readonly windowMs: number;
  /** Told after each look: {@link NodeSeen.cpuLoad}. */
  readonly onLoad: (cpuLoad: number) => void;
}

export interface NodeWatch {
  seen(): NodeSeen;
  /** What was read last. Costs nothing, so that every request may ask. */
  reading(): Reading;
  stop(): void;
}

/** Turns of the loop are watched more often than the node: a pause is to be seen as long as it was. */
const turnEveryMs = 100;

/** Resolves after the first look. */
export async function watchNode(watched: Watched): Promise<NodeWatch> {
  const { nowMs, loopTime, everyMs, windowMs, onLoad } = watched;
  const load = threadLoad(turnEveryMs, nowMs, loopTime);
  let seen = await look(watched);
  let samples: readonly Look[] = [seen];
  const cpuLoad = ({ cpuSeconds }: Counts) => cpuSeconds / seen.reading.limits.cores;
  const again = async () => {
    seen = await look(watched);
    samples = remembered(samples, seen, windowMs);
    onLoad(cpuLoad(rates(samples, windowMs)));
  };
  const timers = [setInterval(() => void again(), everyMs), setInterval(load.turn, turnEveryMs)];
  return {
    seen: () => {
      const perSecond = rates(samples, windowMs);
      return {
        atMs: seen.wallMs,
        reading: seen.reading,
        cpuLoad: cpuLoad(perSecond),
        averageMemoryBytes: averageMemory(samples, windowMs),
        mainThread: load.seen(),
        totals: seen.counters,
        perSecond,
      };
    },
    reading: () => seen.reading,
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

interface Look extends Sample<Counter> {
  readonly wallMs: number;
  readonly reading: Reading;
}

async function look({ read, counts, nowMs, clock }: Watched): Promise<Look> {
  const counted = await counts();
  const reading = read();
  const { usage, udp } = reading;
  return {
    atMs: nowMs(),
    wallMs: clock.now(),
    reading,
    memoryBytes: usage.memoryBytes,
    counters: {
      ...counted,
      cpuSeconds: usage.cpuSeconds,
      systemPacketsIn: udp.received,
      systemPacketsOut: udp.sent,
      systemPacketsDropped: udp.receiveBufferFull + udp.sendBufferFull,
    },
  };
}
