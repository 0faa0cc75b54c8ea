import { setTimeout as sleep } from 'node:timers/promises';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { eventually } from '#test/harness/eventually.ts';
import type { Used } from './cpu.ts';
import type { OperatorProcess } from './process.ts';
import { type Scene, usedByAll } from './scene.ts';
import type { Scrape } from './scrape.ts';

const { apiRequests, queueDepth, activeWorkers, reconciles } = operatorMetric;

/** What has to be seen of the operator, and of those whose CPU counts beside its own. */
type Seen = Pick<OperatorProcess, 'pid' | 'scrape'>;
type Around = Pick<Scene, 'controlPlane'>;

/** A moment on the clock of `performance.now`, and what had been used by then. */
export interface Look {
  readonly atMs: number;
  readonly used: Used;
}

/**
 * Waits until the operator has had nothing to do, and asked the API server for nothing more, for so long. To see that takes
 * CPU, too: resolves to when it was last seen to have something to do.
 */
export async function idle(scene: Around, operator: Seen, forMs = quietMs): Promise<Look> {
  let requestsSoFar = -1;
  const isBusy = (seen: Scrape) => {
    const now = seen.sum(apiRequests.name);
    const was = requestsSoFar;
    requestsSoFar = now;
    return now > was || !hasNothingToDo(seen);
  };
  let busy = await look(scene, operator);
  const ask = patientScrapes(scene, operator, busy);
  await eventually(
    'the operator is idle',
    async () => {
      const asked = await ask();
      if (asked === undefined) return false;
      if (isBusy(asked.seen)) busy = asked.at;
      else await sleep(150);
      return performance.now() - busy.atMs > forMs;
    },
    longestMs,
  );
  return busy;
}

/**
 * Waits until an operator that has listed everything has looked at each of so many rooms once, and has nothing more to do.
 * Resolves to the first look at which that held; what it hears from the pods afterwards is news, and another matter.
 */
export async function lookedAtAll(scene: Around, operator: Seen, rooms: number): Promise<Look> {
  const ask = patientScrapes(scene, operator, await look(scene, operator));
  // The kernel counts in steps of 10 ms.
  await sleep(50);
  return await eventually(
    `the operator has looked at ${rooms} rooms`,
    async () => {
      const asked = await ask();
      if (asked === undefined) return undefined;
      const looks = asked.seen.sum(reconciles.name, /controller="liveroom"/);
      return looks >= rooms && hasNothingToDo(asked.seen) ? asked.at : undefined;
    },
    longestMs,
  );
}

/**
 * Scrapes an operator, but not while it has its hands full: to tell its metrics would be a good part of what it does. Then
 * there is nothing, for 2 s at most: full hands are no sign of work, as among ten thousand rooms telling its metrics and
 * asking the pods take nearly as much.
 */
function patientScrapes(scene: Around, operator: Seen, first: Look) {
  let last = first;
  let askedAtMs = first.atMs;
  return async (): Promise<{ readonly at: Look; readonly seen: Scrape } | undefined> => {
    const at = await look(scene, operator);
    const isFull = load(last, at) > atWork;
    last = at;
    if (isFull && at.atMs - askedAtMs < patienceMs) return undefined;
    askedAtMs = at.atMs;
    return { at, seen: await operator.scrape() };
  };
}

/** Whether the operator has its hands full, which is looked at for so long. */
export async function isAtWork(scene: Around, operator: Seen, forMs: number): Promise<boolean> {
  const before = await look(scene, operator);
  await sleep(forMs);
  return load(before, await look(scene, operator)) > atWork;
}

const hasNothingToDo = (seen: Scrape): boolean => seen.sum(queueDepth.name) === 0 && seen.sum(activeWorkers.name) === 0;

const look = async (scene: Around, operator: Seen): Promise<Look> => ({
  atMs: performance.now(),
  used: await usedByAll(scene, operator),
});

/** How much of a core the operator used between two looks. */
const load = (before: Look, after: Look): number =>
  ((after.used['operator'] ?? 0) - (before.used['operator'] ?? 0)) / (after.atMs - before.atMs);

/** Of a core. */
const atWork = 0.6;
const patienceMs = 2_000;

/** Longer than between two rounds of asking few pods: what they say may be news. */
const quietMs = 7_000;

/** Then it will never be. */
const longestMs = 600_000;
