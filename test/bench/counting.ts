/** What counting costs: the media core with and without it. */
import { type Figure, table } from './figure.ts';
import type { Load } from './forwarding-load.ts';
import { counting, silent } from './forwarding-plane.ts';
import { inPairs } from './pairs.ts';

/** Few subscribers, since most is counted once for each packet that comes in. */
const loads: readonly Load[] = [
  { subscribers: 1, packetsPerSecond: 4000, payloadBytes: 1200, seconds: 3 },
  { subscribers: 50, packetsPerSecond: 1000, payloadBytes: 1200, seconds: 3 },
];

/** Takes about two minutes. `say` is told of each pair. */
export async function countingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const load of loads) {
    const measured = await inPairs({ counting, silent }, load, say);
    figures.push({
      name: `CPU per forwarded packet, 1 to ${load.subscribers}, all counted`,
      value: measured.counting,
      unit: 'µs',
      baseline: { name: 'nothing counted', value: measured.silent },
      target: { timesMore: 1.05 },
    });
  }
  return figures;
}

if (import.meta.main) console.log(table(await countingBench((text) => console.error(text))));
