/**
 * Processes that forward by turns, a burst of a few milliseconds each, all of them alive at once. What else the machine
 * does happens to all of them alike, and goes out of their ratios. Two runs one after the other differ by ten per cent
 * though they run the same; two such processes by four in half a second, and there are many half seconds.
 */
import { drain } from './drain.ts';
import type { PlaneContender } from './forwarding-plane.ts';

export interface Turns {
  /** Packets that come in at once. */
  readonly burst: number;
  /** From one burst to the next, whosever it is. */
  readonly everyMs: number;
  /** Bursts of each contender in a slice. */
  readonly rounds: number;
  readonly slices: number;
}

export interface Race {
  /** CPU µs per forwarded packet: of each contender, in each slice. `onSlice` is waited for before a slice begins. */
  run(turns: Turns, onSlice?: (slice: number) => Promise<unknown>): Promise<readonly (readonly number[])[]>;
  /** Stops all contenders. */
  stop(): Promise<void>;
}

/** Until what was sent has been forwarded. */
const settleMs = 20;

/** Of contenders that nobody else stops. */
export function race(contenders: readonly PlaneContender[]): Race {
  const drained = drain(contenders.flatMap(({ downSockets }) => downSockets));
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
  async function costsOf({ burst: packets, everyMs, rounds }: Turns): Promise<readonly number[]> {
    const before = await usages();
    let dueMs = performance.now();
    for (let round = 0; round < rounds; round++) {
      // In no order, so that none always comes after the same other one.
      for (const contender of shuffled(contenders)) {
        burst(contender, packets);
        dueMs = Math.max(dueMs + everyMs, performance.now());
        await pause(Math.max(0, dueMs - performance.now()));
      }
    }
    await pause(settleMs);
    return (await usages()).map(({ cpuMicroseconds, forwarded }, i) => {
      const { cpuMicroseconds: cpuBefore = 0, forwarded: forwardedBefore = 0 } = before[i] ?? {};
      return (cpuMicroseconds - cpuBefore) / (forwarded - forwardedBefore);
    });
  }
  return {
    async run(turns, onSlice) {
      const costs = contenders.map((): number[] => []);
      for (let slice = 0; slice < turns.slices; slice++) {
        await onSlice?.(slice);
        for (const [i, cost] of (await costsOf(turns)).entries()) costs[i]?.push(cost);
      }
      return costs;
    },
    async stop() {
      drained.stop();
      await Promise.all(contenders.map((contender) => contender.stop()));
    },
  };
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const shuffled = <T>(list: readonly T[]): readonly T[] =>
  list
    .map((each) => ({ each, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ each }) => each);
