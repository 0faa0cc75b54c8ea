import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { idle, lookedAtAll } from './idle.ts';
import { scrapeOf } from './scrape.ts';

interface State {
  readonly asked?: number;
  readonly waiting?: number;
  readonly working?: number;
  readonly looks?: number;
}

const { apiRequests, queueDepth, activeWorkers, reconciles } = operatorMetric;

const exposition = ({ asked = 0, waiting = 0, working = 0, looks = 0 }: State): string =>
  (
    [
      [apiRequests.name, asked],
      [queueDepth.name, waiting],
      [activeWorkers.name, working],
      [`${reconciles.name}{controller="liveroom"}`, looks],
    ] as const
  )
    .map(([series, value]) => `# TYPE ${series.split('{')[0]} gauge\n${series} ${value}\n`)
    .join('');

/** An operator that is seen in one state after the other, and stays in the last; no process is looked at for its CPU. */
function operatorThatIs(...states: readonly State[]) {
  const seenAtMs: number[] = [];
  const scrape = async () => {
    const state = states[Math.min(seenAtMs.push(performance.now()), states.length) - 1] ?? {};
    return scrapeOf(exposition(state));
  };
  return { operator: { pid: 0, scrape }, seenAtMs };
}

const alone = { controlPlane: new Map<string, number>() };

/** Whether a look came right before this scrape, the first of them being the 0th. */
function assertLookBefore(scrape: number, atMs: number, seenAtMs: readonly number[]): void {
  assert.ok(atMs <= (seenAtMs[scrape] ?? 0), 'later');
  assert.ok(atMs >= (seenAtMs[scrape - 1] ?? 0), 'earlier');
}

test('an operator is idle since it was last seen to ask, to have something waiting or to work on something', async () => {
  for (const last of [{ asked: 4 }, { asked: 3, waiting: 1 }, { asked: 3, working: 1 }]) {
    const { operator, seenAtMs } = operatorThatIs({ asked: 2 }, { asked: 3 }, last, {
      ...last,
      waiting: 0,
      working: 0,
    });
    const { atMs } = await idle(alone, operator, 400);
    assertLookBefore(2, atMs, seenAtMs);
    assert.ok(seenAtMs.length > 3);
  }
});

test('an operator has looked at all rooms at the first look at which nothing waits and none is missing', async () => {
  const { operator, seenAtMs } = operatorThatIs(
    { looks: 9 },
    { looks: 10, waiting: 1 },
    { looks: 10, working: 1 },
    {
      looks: 11,
    },
  );
  const { atMs } = await lookedAtAll(alone, operator, 10);
  assertLookBefore(3, atMs, seenAtMs);
  assert.equal(seenAtMs.length, 4);
});
