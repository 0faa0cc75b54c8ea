/**
 * Processes that forward by turns, a packet or a burst of a few milliseconds each, all of them alive at once. What else the
 * machine does happens to all of them alike, and goes out of their ratios. Two runs one after the other differ by ten per cent
 * though they run the same; two such processes by four in half a second, and there are many half seconds.
 *
 * What a process does by the clock is part of what it costs, and weighs the more the less it forwards: the load that a
 * figure speaks of is that of each of them, not of all together.
 */
import { drain } from './drain.ts';
import type { PlaneContender } from './forwarding-plane.ts';
import { evenly } from './pace.ts';
import { mediaType } from './plane-clients.ts';
import { unread } from './unread.ts';

export interface Turns {
  /** Packets that come in at once. */
  readonly burst: number;
  /** From one burst to the next, whosever it is. */
  readonly everyMs: number;
  /** Bursts of each contender in a slice. */
  readonly rounds: number;
  readonly slices: number;
  /** For a slice: what comes to each contender then comes evenly. Otherwise only until each has had its turn. */
  readonly isOrderKept?: boolean;
}

/** What became of the load. */
export interface Passage {
  /** Packets that came in at each contender. */
  readonly perSecond: number;
  /** Of those that were to reach subscribers. */
  readonly deliveredPart: number;
}

export interface Race {
  /** CPU µs per forwarded packet: of each contender, in each slice. `onSlice` is waited for before a slice begins. */
  run(turns: Turns, onSlice?: (slice: number) => Promise<unknown>): Promise<readonly (readonly number[])[]>;
  /** Of the last run. */
  passage(): Passage;
  /** Stops all contenders. */
  stop(): Promise<void>;
}

/** Until what was sent has been forwarded. */
const settleMs = 10;
/** As often as who listens does. */
const receiveEveryMs = 2;
/** Reports are shorter. */
const leastMediaBytes = 1000;

/** Of contenders that nobody else stops. */
export function race(contenders: readonly PlaneContender[]): Race {
  const receivers = contenders.map(({ downSockets }) => receiver(downSockets));
  let passage: Passage = { perSecond: 0, deliveredPart: 0 };
  const sent = new Map<PlaneContender, number>();

  const burst = (contender: PlaneContender, packets: number): void => {
    const from = sent.get(contender) ?? 0;
    for (let i = 0; i < packets; i++) contender.publish(from + i);
    sent.set(contender, from + packets);
  };
  const usages = async () => {
    const seen = [];
    for (const { usage } of contenders) seen.push(await usage());
    return seen;
  };
  async function costsOf({ burst: packets, everyMs, rounds, isOrderKept = false }: Turns): Promise<readonly number[]> {
    const before = await usages();
    // In no order, so that none always comes after the same other one.
    let order = shuffled(contenders);
    await evenly(1000 / everyMs, rounds * order.length, (i) => {
      const place = i % order.length;
      if (place === 0 && !isOrderKept) order = shuffled(contenders);
      const contender = order[place];
      if (contender !== undefined) burst(contender, packets);
    });
    await pause(settleMs);
    return (await usages()).map(({ cpuMicroseconds, forwarded }, i) => {
      const { cpuMicroseconds: cpuBefore = 0, forwarded: forwardedBefore = 0 } = before[i] ?? {};
      return (cpuMicroseconds - cpuBefore) / (forwarded - forwardedBefore);
    });
  }
  return {
    async run(turns, onSlice) {
      const costs = contenders.map((): number[] => []);
      const beganMs = performance.now();
      for (const { delivered } of receivers) delivered();
      for (let slice = 0; slice < turns.slices; slice++) {
        await onSlice?.(slice);
        for (const [i, cost] of (await costsOf(turns)).entries()) costs[i]?.push(cost);
      }
      const packets = turns.slices * turns.rounds * turns.burst;
      const copies = packets * contenders.reduce((sum, { downSockets }) => sum + downSockets.length, 0);
      passage = {
        perSecond: (1000 * packets) / (performance.now() - beganMs),
        deliveredPart: receivers.reduce((sum, { delivered }) => sum + delivered(), 0) / copies,
      };
      return costs;
    },
    passage: () => passage,
    async stop() {
      for (const each of receivers) each.stop();
      await Promise.all(contenders.map((contender) => contender.stop()));
    },
  };
}

interface Receiver {
  /** How many copies of media have arrived since the last time. */
  delivered(): number;
  stop(): void;
}

/** What nobody listens to is not read: three contenders' packets are more than this process could look at. */
function receiver(downSockets: PlaneContender['downSockets']): Receiver {
  let count = 0;
  const taken = (): number => {
    const sum = count;
    count = 0;
    return sum;
  };
  if (downSockets.some((socket) => socket.listenerCount('message') > 0)) {
    for (const socket of downSockets) socket.on('message', (datagram) => (count += isMedia(datagram) ? 1 : 0));
    return { delivered: taken, stop: drain(downSockets).stop };
  }
  const sinks = unread(downSockets, leastMediaBytes);
  const timer = setInterval(() => (count += downSockets.length * sinks.take()), receiveEveryMs);
  return { delivered: taken, stop: () => clearInterval(timer) };
}

/** What the publisher sent, and neither a repair of it nor a report. */
const isMedia = ([, second = 0]: Buffer): boolean => (second & 0x7f) === mediaType;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const shuffled = <T>(list: readonly T[]): readonly T[] =>
  list
    .map((each) => ({ each, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ each }) => each);
