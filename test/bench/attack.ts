/**
 * What media of a room feels of an attack on its server: its latency while strangers and a viewer of another room send all
 * that they can think of to the media port and to the HTTP port; while they do not; and while they attack another server
 * on the same machine, which tells what it costs that the machine is busy. By turns, the attack between the two others.
 *
 *   processor 0   the server
 *   processor 1   publisher and viewers; beside them, only while those want nothing: attackers, and the other server
 *
 * So the attackers take none of the server's time but by what they send, and the latency is the server's: packets are
 * stamped by the kernel when they reach a viewer.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Assaulted } from '#test/attack/assault.ts';
import type { AttackerQuestion } from '#test/attack/attacker-child.ts';
import { freshSeed } from '#test/harness/seeded.ts';
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { type Child, startChild } from './forwarding-child.ts';
import { type Load, latencyParts, measure, passageText } from './forwarding-load.ts';
import type { Place } from './joining-child.ts';
import { allowedProcessors } from './machine.ts';
import { besideOthers } from './others.ts';
import { median, quantile } from './quantile.ts';
import { type ServerContender, serverContender } from './server-contender.ts';
import { onStage, type Stage } from './stage.ts';

/** Far from what the machine can do, so that latency is not that of a queue. */
const load: Load = { subscribers: 10, packetsPerSecond: 500, payloadBytes: 1200, seconds: 3 };
/** Of each attack. */
const pace = { perSecond: 300, requestsPerSecond: 10 } as const;
const turns = 30;
/** Of those, the ones that count: during which others took the least of the machine. */
const keptTurns = 20;

const kinds = ['quiet', 'attacked', 'beside'] as const;
type Kind = (typeof kinds)[number];
type Attackers = Readonly<Partial<Record<Kind, Child>>>;

interface Run {
  /** In the order of `latencyParts`. */
  readonly latencies: readonly number[];
  readonly deliveredPart: number;
}
type Turn = Readonly<Record<Kind, Run>>;

/** Who runs where. */
interface Places {
  readonly server: { readonly processors: readonly number[] };
  readonly clients: { readonly processors: readonly number[] };
  readonly attackers: { readonly processors: readonly number[]; readonly isIdle: true };
}

/** Takes six minutes. */
export async function attackBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const allowed = allowedProcessors(readFileSync('/proc/self/status', 'utf8'));
  const [first, second = first] = allowed;
  if (first === undefined || second === undefined) throw new Error('no processor may be used');
  if (first === second) say('attack: there is one processor: server, clients and attackers share it');
  const clients = { processors: [second] };
  const places: Places = { server: { processors: [first] }, clients, attackers: { ...clients, isIdle: true } };
  confine(clients.processors);
  try {
    const attack = (server: Stage) => onStage((other) => measured(server, other, places, say), besideIt(places));
    return figuresOf(await onStage(attack, { server: places.server, joiners: places.attackers }));
  } finally {
    confine(allowed);
  }
}

const besideIt = ({ attackers }: Places) => ({ server: attackers, joiners: attackers });

/** All threads of this process. */
const confine = (processors: readonly number[]): void =>
  void execFileSync('taskset', ['--all-tasks', '-cp', processors.join(','), String(process.pid)]);

async function measured(
  { server, joiners, hall, stage }: Stage,
  other: Stage,
  { attackers: place }: Places,
  say: (text: string) => void,
): Promise<readonly Turn[]> {
  await using held = new AsyncDisposableStack();
  const seed = freshSeed();
  say(`attack: SEED=${seed}`);
  const contender = await serverContender(server, stage, load);
  held.defer(() => contender.stop());
  const attackerOf = async (joins: Place): Promise<Child> => {
    const child = await startChild(new URL('../attack/attacker-child.ts', import.meta.url), place);
    held.defer(() => child.stop());
    await child.ask({ joins, seed } satisfies AttackerQuestion);
    return child;
  };
  const attackers = { attacked: await attackerOf(hall), beside: await attackerOf(other.hall) };
  const children = [server, joiners, other.server, other.joiners, attackers.attacked, attackers.beside];
  const seen: { readonly runs: Turn; readonly percent: number }[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const order = turn % 2 === 0 ? kinds : kinds.toReversed();
    const { result: runs, percent } = await besideOthers(children, () => oneTurn(contender, attackers, order, say));
    say(`attack: meanwhile others took ${percent.toFixed(1)} % of the machine`);
    seen.push({ runs, percent });
  }
  return seen
    .toSorted((a, b) => a.percent - b.percent)
    .slice(0, keptTurns)
    .map(({ runs }) => runs);
}

async function oneTurn(
  contender: ServerContender,
  attackers: Attackers,
  order: readonly Kind[],
  say: (text: string) => void,
): Promise<Turn> {
  const runs: Partial<Record<Kind, Run>> = {};
  for (const kind of order) {
    const passage = await under(attackers, kind, () => measure(contender, load));
    say(`attack: ${kind}: ${passageText(passage)}`);
    const latencies = latencyParts.map((part) => quantile(passage.latencyMicroseconds, part));
    runs[kind] = { latencies, deliveredPart: passage.deliveredPart };
  }
  return runs as Turn;
}

async function under<T>(attackers: Attackers, kind: Kind, run: () => Promise<T>): Promise<T> {
  const attacker = attackers[kind];
  await attacker?.ask(pace satisfies AttackerQuestion);
  const result = await run();
  await attacker?.ask<Assaulted>('end' satisfies AttackerQuestion);
  return result;
}

function figuresOf(all: readonly Turn[]): readonly Figure[] {
  const of = (kind: Kind, i: number) => all.map((turn) => turn[kind].latencies[i] ?? Number.NaN);
  const against = (kind: Kind, name: string, target?: Figure['target']): readonly Figure[] =>
    latencyParts.map((part, i) => ({
      name: `latency of forwarding while the server is attacked, p${part * 100}`,
      value: median(of('attacked', i)),
      unit: 'µs',
      baseline: { name, value: median(of(kind, i)) },
      times: estimate(ratios(of('attacked', i), of(kind, i))),
      ...(part === 0.95 && target && { target }),
    }));
  const lost = Math.max(...all.map(({ attacked }) => 100 * (1 - attacked.deliveredPart)));
  return [
    ...against('quiet', 'nobody attacks', { timesMore: 1.1 }),
    ...against('beside', 'another server is attacked'),
    { name: 'packets lost while the server is attacked', value: lost, unit: '%', target: { atMost: 0 } },
  ];
}

if (import.meta.main) console.log(table(await attackBench((text) => console.error(text))));
