import { type Contender, type Load, measure } from './forwarding-load.ts';
import { quantile } from './quantile.ts';

type Start = (load: Load) => Promise<Contender>;

const pairs = 9;

/**
 * CPU µs per forwarded packet of two contenders that take turns, so that whatever else the machine does happens to both.
 * What else it does makes a packet dearer, never cheaper: so the lower quartile counts. `say` is told of each pair.
 */
export async function inPairs<Name extends string>(
  contenders: Readonly<Record<Name, Start>>,
  load: Load,
  say: (text: string) => void,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let pair = 0; pair < pairs; pair++) {
    // Neither is always the first.
    for (const name of pair % 2 === 0 ? names : names.toReversed()) {
      const contender = await contenders[name](load);
      const { microsecondsPerPacket } = await measure(contender, load).finally(() => contender.stop());
      measured[name].push(microsecondsPerPacket);
    }
    const last = names.map((name) => `${name} ${measured[name].at(-1)?.toFixed(2)} µs`);
    say(`1 to ${load.subscribers}: ${last.join(', ')}`);
  }
  return Object.fromEntries(names.map((name) => [name, quantile(measured[name], 0.25)])) as Record<Name, number>;
}
