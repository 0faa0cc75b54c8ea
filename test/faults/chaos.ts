import { setTimeout as sleep } from 'node:timers/promises';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { startOperator } from '#test/harness/operator.ts';
import { seeded } from '#test/harness/seeded.ts';
import { actor, slots } from './actor.ts';
import { wrongs } from './audit.ts';
import { type Trouble, troubled } from './chance.ts';
import { door } from './door.ts';
import type { Call, Fault } from './fault.ts';
import type { Stage } from './stage.ts';
import { total } from './total.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly rooms: number;
  readonly forMs: number;
  /** The time between two deeds. */
  readonly everyMs: number;
  readonly trouble: Trouble;
  /** How often the operator looks whether its watches have missed something. */
  readonly compareEveryMs: number;
  /** How long the operator has to put everything in order once no fault befalls it any more. */
  readonly settleMs: number;
  readonly say?: (text: string) => void;
}

export interface ChaosResult {
  /** How often each deed was done, and each fault met. */
  readonly deeds: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly settledInMs: number;
  /** What was still wrong when the time to settle was over. */
  readonly wrongs: readonly string[];
  /** The last writes, where there was no end of them after all had settled. */
  readonly writesAtRest: readonly string[];
  /** How often the operator compared a copy of a collection with the API server's, and what its watches had missed then. */
  readonly comparisons: number;
  readonly missed: number;
  readonly calls: number;
  /** What the operator's connections spoke. */
  readonly protocols: readonly string[];
}

/** What may befall a watch without breaking it. */
const harmless = new Set<string>(['Closed', 'Expired', 'Garbled', 'Repeated']);

/** A door at which the faults that are met are counted. */
const counted = (fate: (call: Call) => Fault | undefined, counts: Record<string, number>) => (call: Call) => {
  const fault = fate(call);
  if (fault !== undefined) {
    const kind = fault.kind === 'Refused' ? `${fault.status}` : fault.kind === 'Watch' ? fault.then : fault.kind;
    const isWide = 'breaks' in fault && fault.breaks === 'Connection' && !harmless.has(kind);
    const name = `${call.isWatch ? 'watch ' : ''}${kind}${isWide ? ' of the connection' : ''}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return fault;
};

/** Rooms come, change and go at random while the operator meets with every kind of fault; then it is let alone. */
export async function chaos(on: Stage, options: ChaosOptions): Promise<ChaosResult> {
  const { seed, rooms, forMs, everyMs, trouble, compareEveryMs, settleMs, say = () => undefined } = options;
  const namespaces = ['north', 'east', 'south', 'west'].map((name) => `${name}-${seed}`);
  for (const name of namespaces) await on.namespace(name);
  const deeds: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const way = await door({ server: on.server, fate: counted(troubled(seed, trouble), faults) });
  const operator = await startOperator({ kubeconfigFile: way.config, stats: on.stats, compareEveryMs });
  try {
    const act = actor(on, slots(rooms, namespaces), seeded(seed));
    const endsAt = performance.now() + forMs;
    for (let next = performance.now(); next < endsAt; next += everyMs) {
      await sleep(Math.max(0, next - performance.now()));
      const deed = await act();
      deeds[deed] = (deeds[deed] ?? 0) + 1;
    }
    say(`the faults end after ${way.calls.length} requests`);
    way.setFate(() => undefined);
    const settledFrom = performance.now();
    let wrong = wrongs(on.seen);
    while (wrong.length > 0 && performance.now() - settledFrom < settleMs) {
      await sleep(100);
      wrong = wrongs(on.seen);
    }
    const settledInMs = performance.now() - settledFrom;
    say(`${wrong.length} things are wrong after ${Math.round(settledInMs)} ms`);
    const writesAtRest = await restlessness(way.calls);
    const metrics = await operator.metrics();
    return {
      deeds,
      faults,
      settledInMs,
      wrongs: wrong,
      writesAtRest,
      comparisons: total(metrics, operatorMetric.comparisons.name),
      missed: total(metrics, operatorMetric.missedChanges.name),
      calls: way.calls.length,
      protocols: [...new Set(way.protocols)],
    };
  } finally {
    await operator.stop();
    await way.stop();
  }
}

/**
 * Statuses may still say news of a second ago, and what was refused several times is tried again after up to eight; then nothing is
 * written any more. Resolves to nothing when nothing was for ten seconds, and to what was written last when that was not to be had
 * within a minute.
 */
async function restlessness(calls: readonly Call[]): Promise<readonly string[]> {
  const written = () => calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  let now = written().length;
  let quietSeconds = 0;
  for (let seconds = 0; quietSeconds < 10; seconds++) {
    if (seconds === 60) return written().slice(-10);
    await sleep(1_000);
    quietSeconds = written().length === now ? quietSeconds + 1 : 0;
    now = written().length;
  }
  return [];
}
