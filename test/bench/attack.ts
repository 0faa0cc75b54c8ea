/**
 * What media of a room feels of an attack on its server: its latency while strangers and a viewer of another room send all
 * that they can think of to the media port and to the HTTP port; while they do not; and while they attack another server
 * on the same machine, which tells what it costs that the machine is busy. By turns.
 */
import type { Assaulted } from '#test/attack/assault.ts';
import type { AttackerQuestion } from '#test/attack/attacker-child.ts';
import { freshSeed } from '#test/media/seeded.ts';
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { type Child, startChild } from './forwarding-child.ts';
import { type Load, latencyParts, measure, passageText } from './forwarding-load.ts';
import type { Place } from './joining-child.ts';
import { median, quantile } from './quantile.ts';
import { serverContender } from './server-contender.ts';
import { onStage } from './stage.ts';

/** Far from what the machine can do, so that latency is not that of a queue. */
const load: Load = { subscribers: 10, packetsPerSecond: 500, payloadBytes: 1200, seconds: 2 };
/** Of each attack. */
const pace = { perSecond: 300, requestsPerSecond: 10 } as const;
const turns = 12;

const kinds = ['quiet', 'attacked', 'beside'] as const;
type Kind = (typeof kinds)[number];
type Attackers = Readonly<Partial<Record<Kind, Child>>>;

interface Run {
  /** In the order of `latencyParts`. */
  readonly latencies: readonly number[];
  readonly deliveredPart: number;
}

/** Takes two minutes. */
export const attackBench = (say: (text: string) => void): Promise<readonly Figure[]> =>
  onStage(({ server, hall, stage }) =>
    onStage(async (other) => {
      await using held = new AsyncDisposableStack();
      const seed = freshSeed();
      say(`attack: SEED=${seed}`);
      const contender = await serverContender(server, stage, load);
      held.defer(() => contender.stop());
      const [attacked, beside] = [await attackerOf(hall, seed), await attackerOf(other.hall, seed)];
      held.defer(() => attacked.stop());
      held.defer(() => beside.stop());
      const runs: Record<Kind, Run[]> = { quiet: [], attacked: [], beside: [] };
      for (let turn = 0; turn < turns; turn++)
        for (const kind of turn % 2 === 0 ? kinds : kinds.toReversed()) {
          const measured = await under({ attacked, beside }, kind, () => measure(contender, load));
          say(`attack: ${kind}: ${passageText(measured)}`);
          const latencies = latencyParts.map((part) => quantile(measured.latencyMicroseconds, part));
          runs[kind].push({ latencies, deliveredPart: measured.deliveredPart });
        }
      return figuresOf(runs);
    }),
  );

async function attackerOf(joins: Place, seed: number): Promise<Child> {
  const child = await startChild(new URL('../attack/attacker-child.ts', import.meta.url));
  await child.ask({ joins, seed } satisfies AttackerQuestion);
  return child;
}

async function under<T>(attackers: Attackers, kind: Kind, run: () => Promise<T>): Promise<T> {
  const attacker = attackers[kind];
  await attacker?.ask(pace satisfies AttackerQuestion);
  const result = await run();
  await attacker?.ask<Assaulted>('end' satisfies AttackerQuestion);
  return result;
}

function figuresOf(runs: Readonly<Record<Kind, readonly Run[]>>): readonly Figure[] {
  const of = (kind: Kind, i: number) => runs[kind].map(({ latencies }) => latencies[i] ?? Number.NaN);
  const against = (kind: Kind, name: string, target?: Figure['target']): readonly Figure[] =>
    latencyParts.map((part, i) => ({
      name: `latency of forwarding while the server is attacked, p${part * 100}`,
      value: median(of('attacked', i)),
      unit: 'µs',
      baseline: { name, value: median(of(kind, i)) },
      times: estimate(ratios(of('attacked', i), of(kind, i))),
      ...(part === 0.95 && target && { target }),
    }));
  const lost = Math.max(...runs.attacked.map(({ deliveredPart }) => 100 * (1 - deliveredPart)));
  return [
    ...against('quiet', 'nobody attacks', { timesMore: 1.1 }),
    ...against('beside', 'another server is attacked'),
    { name: 'packets lost while the server is attacked', value: lost, unit: '%', target: { atMost: 0 } },
  ];
}

if (import.meta.main) console.log(table(await attackBench((text) => console.error(text))));
