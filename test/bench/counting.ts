/**
 * What counting costs: the media core with and without it, and once more without as a control, by turns. Two processes of
 * each, one after the other.
 */
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { counting, silent } from './forwarding-plane.ts';
import { median } from './quantile.ts';
import { twice } from './twice.ts';

/** Few subscribers, since most is counted once for each packet that comes in. */
const loads = [
  { subscribers: 1, burst: 80 },
  { subscribers: 50, burst: 10 },
] as const;

const turns = { everyMs: 4, rounds: 15, slices: 70 } as const;

/** Takes about a minute and a half. `say` is told of each load. */
export async function countingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { subscribers, burst } of loads) {
    say(`counting: 1 to ${subscribers}`);
    const clients = { subscribers, payloadBytes: 1200 };
    const starts = [counting, silent, silent].map((start) => () => start(clients));
    figures.push(...figuresOf(subscribers, await twice(starts, { ...turns, burst }, say)));
  }
  return figures;
}

function figuresOf(
  subscribers: number,
  [counting = [], silent = [], control = []]: readonly (readonly number[])[],
): Figure[] {
  const figure = (costs: readonly number[]) => ({
    value: median(costs),
    unit: 'µs' as const,
    baseline: { name: 'nothing counted', value: median(silent) },
    times: estimate(ratios(costs, silent)),
  });
  const name = `CPU per forwarded packet, 1 to ${subscribers}`;
  return [
    { name: `${name}, all counted`, ...figure(counting), target: { timesMore: 1.05 } },
    { name: `${name}, nothing, as a control`, ...figure(control) },
  ];
}

if (import.meta.main) console.log(table(await countingBench((text) => console.error(text))));
