/**
 * What media of a room feels of an attack on the server: its latency while strangers and a viewer of another room send all
 * that they can think of to the media port and to the HTTP port, and while they do not, by turns.
 */

import type { Assaulted } from '#test/attack/assault.ts';
import type { AttackerQuestion } from '#test/attack/attacker-child.ts';
import { freshSeed } from '#test/media/seeded.ts';
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { startChild } from './forwarding-child.ts';
import { type Load, latencyParts, measure, passageText } from './forwarding-load.ts';
import { median, quantile } from './quantile.ts';
import { serverContender } from './server-contender.ts';
import { onStage, type Stage } from './stage.ts';

/** Far from what the machine can do, so that latency is not that of a queue. */
const load: Load = { subscribers: 10, packetsPerSecond: 500, payloadBytes: 1200, seconds: 2 };
/** Of each attack. */
const pace = { perSecond: 300, requestsPerSecond: 10 } as const;
const pairs = 12;

/** Takes about a minute and a half. */
export const attackBench = (say: (text: string) => void): Promise<readonly Figure[]> =>
  onStage(async ({ server, hall, stage }: Stage) => {
    await using held = new AsyncDisposableStack();
    const seed = freshSeed();
    say(`attack: SEED=${seed}`);
    const contender = await serverContender(server, stage, load);
    held.defer(() => contender.stop());
    const attacker = await startChild(new URL('../attack/attacker-child.ts', import.meta.url));
    held.defer(() => attacker.stop());
    await attacker.ask({ joins: hall, seed } satisfies AttackerQuestion);
    const seen: Record<'quiet' | 'attacked', (readonly number[])[]> = { quiet: [], attacked: [] };
    let lost = 0;
    let struck = 0;
    for (let pair = 0; pair < pairs; pair++)
      for (const kind of pair % 2 === 0 ? (['quiet', 'attacked'] as const) : (['attacked', 'quiet'] as const)) {
        contender.stayAlive();
        if (kind === 'attacked') await attacker.ask(pace satisfies AttackerQuestion);
        const measured = await measure(contender, load);
        if (kind === 'attacked') {
          const done = await attacker.ask<Assaulted>('end' satisfies AttackerQuestion);
          struck += Object.values(done.struck).reduce((a, b) => a + b, 0) + done.refused;
          lost = Math.max(lost, 100 * (1 - measured.deliveredPart));
        }
        say(`attack: ${kind}: ${passageText(measured)}`);
        seen[kind].push(latencyParts.map((part) => quantile(measured.latencyMicroseconds, part)));
      }
    say(`attack: ${struck} datagrams and requests were refused`);
    return [...latencyParts.map((part, i) => latency(seen, part, i)), lostFigure(lost)];
  });

function latency(
  { quiet, attacked }: Readonly<Record<'quiet' | 'attacked', readonly (readonly number[])[]>>,
  part: number,
  i: number,
): Figure {
  const of = (runs: readonly (readonly number[])[]) => runs.map((run) => run[i] ?? Number.NaN);
  return {
    name: `latency of forwarding while the server is attacked, p${part * 100}`,
    value: median(of(attacked)),
    unit: 'µs',
    baseline: { name: 'nobody attacks', value: median(of(quiet)) },
    times: estimate(ratios(of(attacked), of(quiet))),
    ...(part === 0.95 && { target: { timesMore: 1.1 } }),
  };
}

const lostFigure = (value: number): Figure => ({
  ...{ name: 'packets lost while the server is attacked', value, unit: '%', target: { atMost: 0 } },
});

if (import.meta.main) console.log(table(await attackBench((text) => console.error(text))));
