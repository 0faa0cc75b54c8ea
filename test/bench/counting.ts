/**
 * What counting costs: the media core with and without it, by turns. Two processes of each, and two more that count nothing
 * as a control, since a process differs from the next of the same code by one or two per cent for as long as it lives.
 */
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { counting, silent } from './forwarding-plane.ts';
import { median } from './quantile.ts';
import { race, type Turns } from './turns.ts';

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
    const groups = [counting, silent, silent];
    const contenders = [];
    for (const start of [...groups, ...groups]) contenders.push(await start(clients));
    figures.push(...figuresOf(subscribers, await costs(race(contenders), { ...turns, burst })));
  }
  return figures;
}

async function costs(running: ReturnType<typeof race>, turns: Turns) {
  try {
    await running.run({ ...turns, slices: 15 });
    const [counting, silent, control, ...seconds] = await running.run(turns);
    const both = (first: readonly number[] = [], second: readonly number[] = []) =>
      first.map((cost, i) => (cost + (second[i] ?? Number.NaN)) / 2);
    return {
      counting: both(counting, seconds[0]),
      silent: both(silent, seconds[1]),
      control: both(control, seconds[2]),
    };
  } finally {
    await running.stop();
  }
}

function figuresOf(subscribers: number, { counting, silent, control }: Awaited<ReturnType<typeof costs>>): Figure[] {
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
