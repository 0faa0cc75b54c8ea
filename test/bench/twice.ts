import type { PlaneContender } from './forwarding-plane.ts';
import { race, type Turns } from './turns.ts';

/** Until V8 has compiled what forwards. */
const warmUpSlices = 15;

/**
 * What forwarding costs each kind of contender, in each slice: the mean of two processes, since one differs from the next of
 * the same code by one or two per cent for as long as it lives.
 */
export async function twice(
  starts: readonly (() => Promise<PlaneContender>)[],
  turns: Turns,
): Promise<readonly (readonly number[])[]> {
  const contenders: PlaneContender[] = [];
  for (const start of [...starts, ...starts]) contenders.push(await start());
  const running = race(contenders);
  try {
    await running.run({ ...turns, slices: warmUpSlices });
    const costs = await running.run(turns);
    return starts.map((_, i) => means(costs[i] ?? [], costs[i + starts.length] ?? []));
  } finally {
    await running.stop();
  }
}

const means = (first: readonly number[], second: readonly number[]): readonly number[] =>
  first.map((cost, i) => (cost + (second[i] ?? Number.NaN)) / 2);
