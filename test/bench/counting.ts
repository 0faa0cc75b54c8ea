/**
 * What counting costs: the media core with and without it, in turns, so that whatever else the machine does happens to
 * both.
 */
import { type Figure, table } from './figure.ts';
import { type Load, measure } from './forwarding-load.ts';
import { counting, silent } from './forwarding-plane.ts';
import { median } from './quantile.ts';

/** Few subscribers, since most is counted once for each packet that comes in. */
const loads: readonly Load[] = [
  { subscribers: 1, packetsPerSecond: 4000, payloadBytes: 1200, seconds: 3 },
  { subscribers: 50, packetsPerSecond: 1000, payloadBytes: 1200, seconds: 3 },
];

const pairs = 7;

/** Takes about two minutes. `say` is told of each pair. */
export async function countingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const load of loads) figures.push(await compared(load, say));
  return figures;
}

async function compared(load: Load, say: (text: string) => void): Promise<Figure> {
  const measured = { counting: [] as number[], silent: [] as number[] };
  const contenders = { counting, silent };
  for (let pair = 0; pair < pairs; pair++) {
    const names = ['counting', 'silent'] as const;
    // Neither is always the first.
    for (const name of pair % 2 === 0 ? names : names.toReversed()) {
      const contender = await contenders[name](load);
      const { microsecondsPerPacket } = await measure(contender, load).finally(() => contender.stop());
      measured[name].push(microsecondsPerPacket);
    }
    const last = names.map((name) => `${name} ${measured[name].at(-1)?.toFixed(2)} µs`);
    say(`1 to ${load.subscribers}: ${last.join(', ')}`);
  }
  return {
    name: `CPU per forwarded packet, 1 to ${load.subscribers}, all counted`,
    value: median(measured.counting),
    unit: 'µs',
    baseline: { name: 'nothing counted', value: median(measured.silent) },
    target: { timesMore: 1.05 },
  };
}

if (import.meta.main) console.log(table(await countingBench((text) => console.error(text))));
