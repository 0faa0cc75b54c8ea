import type { PlaneContender } from './forwarding-plane.ts';
import { race, type Turns } from './turns.ts';

/** Until V8 has compiled what forwards, and what runs some hundred times a second besides, which takes it half a minute. */
const warmUpSlices = 60;
/** The sockets of who loses more overflow: what it costs is not what it would cost. */
const leastDelivered = 0.98;

/**
 * What forwarding costs each kind of contender, in each slice: the mean of two processes, since one differs from the next of
 * the same code by one or two per cent for as long as it lives. One of each kind is measured, then another of each, so that
 * few share the time and each has all the load that it is to have. `say` is told of both.
 */
export async function twice(
  starts: readonly (() => Promise<PlaneContender>)[],
  turns: Turns,
  say: (text: string) => void,
): Promise<readonly (readonly number[])[]> {
  const first = await once(starts, turns, say);
  const second = await once(starts, turns, say);
  return starts.map((_, i) => means(first[i] ?? [], second[i] ?? []));
}

async function once(
  starts: readonly (() => Promise<PlaneContender>)[],
  turns: Turns,
  say: (text: string) => void,
): Promise<readonly (readonly number[])[]> {
  const contenders: PlaneContender[] = [];
  for (const start of starts) contenders.push(await start());
  const running = race(contenders);
  try {
    await running.run({ ...turns, slices: warmUpSlices });
    const costs = await running.run(turns);
    const { perSecond, deliveredPart } = running.passage();
    say(`${perSecond.toFixed(0)} packets a second each, ${(100 * deliveredPart).toFixed(1)} % of them delivered`);
    if (deliveredPart < leastDelivered) throw new Error('of what was to be forwarded too little arrived');
    if (!costs.flat().every(Number.isFinite)) throw new Error('a contender does not count what it forwards');
    return costs;
  } finally {
    await running.stop();
  }
}

const means = (first: readonly number[], second: readonly number[]): readonly number[] =>
  first.map((cost, i) => (cost + (second[i] ?? Number.NaN)) / 2);
