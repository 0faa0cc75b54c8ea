import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { evenly, framesAt, type LinkSpec, simulate } from './link.ts';

/** What happened on a link, in steps of 100 ms. */
interface Run {
  readonly estimates: readonly number[];
  readonly queues: readonly number[];
  readonly lossRatio: number;
}

/** The sender sends just what it believes it may. */
function run(spec: LinkSpec, seconds: number, asFrames = false): Run {
  const estimates: number[] = [];
  const queues: number[] = [];
  let lossRatio = 0;
  const send = asFrames
    ? framesAt(({ estimateBps }) => 0.9 * estimateBps, seeded(spec.seed + 1))
    : evenly(({ estimateBps }) => estimateBps);
  simulate(spec, seconds, (at) => {
    send(at);
    if (at.nowMs % 100 === 0) {
      estimates.push(at.estimateBps);
      queues.push(at.queueMs);
    }
    lossRatio = at.dropped / Math.max(1, at.sent);
  });
  return { estimates, queues, lossRatio };
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
const seconds = (list: readonly number[], from: number, to: number) => list.slice(10 * from, 10 * to);
const kbps = (list: readonly number[]) => list.map((bps) => Math.round(bps / 1000)).join(' ');

/** Three links of each kind, one of them always another. */
function onLinks(name: string, check: (seed: number) => void) {
  test(name, (t) => {
    const seeds = [1, 2, freshSeed()];
    t.diagnostic(`SEED=${seeds.at(-1)}`);
    for (const seed of seeds) check(seed);
  });
}

for (const capacity of [400_000, 2e6, 8e6])
  onLinks(`${capacity / 1e6} Mbit/s: found from below, kept, without a queue to speak of`, (seed) => {
    const { estimates, queues } = run({ seed, capacityBps: () => capacity }, 90);
    const settled = seconds(estimates, 60, 90);
    const message = `SEED=${seed}: ${kbps(settled)}`;
    assert.ok(mean(settled) > 0.75 * capacity && mean(settled) < capacity, message);
    assert.ok(Math.min(...settled) > 0.6 * capacity && Math.max(...settled) < 1.15 * capacity, message);
    assert.ok(mean(seconds(queues, 60, 90)) < 60, `SEED=${seed}: ${mean(queues)} ms`);
  });

onLinks('it does not oscillate: settled, it changes by less than a tenth from second to second, mostly', (seed) => {
  const { estimates } = run({ seed, capacityBps: () => 2e6 }, 120);
  const perSecond = Array.from({ length: 60 }, (_, i) => mean(seconds(estimates, 60 + i, 61 + i)));
  const leaps = perSecond.filter((bps, i) => i > 0 && Math.abs(bps - (perSecond[i - 1] ?? bps)) > 0.1 * bps);
  assert.ok(leaps.length <= 6, `SEED=${seed}: ${kbps(perSecond)}`);
});

onLinks('capacity that falls to a third is seen within a second, and kept to', (seed) => {
  const { estimates } = run({ seed, capacityBps: (ms) => (ms < 40_000 ? 2e6 : 700_000) }, 70);
  const message = `SEED=${seed}: ${kbps(seconds(estimates, 39, 70))}`;
  assert.ok(Math.min(...seconds(estimates, 40, 41)) < 700_000, message);
  assert.ok(mean(seconds(estimates, 42, 70)) < 700_000 && mean(seconds(estimates, 42, 70)) > 350_000, message);
});

onLinks('capacity that comes back is found again', (seed) => {
  const { estimates } = run({ seed, capacityBps: (ms) => (ms > 30_000 && ms < 40_000 ? 500_000 : 2e6) }, 90);
  assert.ok(mean(seconds(estimates, 80, 90)) > 1.3e6, `SEED=${seed}: ${kbps(seconds(estimates, 30, 90))}`);
});

onLinks('5 % of loss by chance alone does not collapse it', (seed) => {
  const { estimates } = run({ seed, capacityBps: () => 2e6, lossRatio: 0.05 }, 90);
  const settled = seconds(estimates, 30, 90);
  assert.ok(Math.min(...settled) > 1e6 && mean(seconds(estimates, 60, 90)) > 1.4e6, `SEED=${seed}: ${kbps(settled)}`);
});

onLinks('25 % of loss does, though not to nothing within 10 s', (seed) => {
  const lossy = run({ seed, capacityBps: () => 8e6, lossRatio: 0.25 }, 60).estimates;
  assert.ok(Math.min(...seconds(lossy, 0, 10)) > 60_000 && mean(seconds(lossy, 50, 60)) < 300_000, `SEED=${seed}`);
});

for (const reorders of [false, true])
  onLinks(`50 ms of jitter, ${reorders ? 'in disorder' : 'in order'}, leave half of the capacity`, (seed) => {
    const { estimates } = run({ seed, capacityBps: () => 2e6, jitterMs: 50, reorders }, 120);
    const settled = seconds(estimates, 60, 120);
    assert.ok(mean(settled) > 1e6 && Math.min(...settled) > 500_000, `SEED=${seed}: ${kbps(settled)}`);
  });

onLinks('jitter of 50 ms and 5 % of loss together leave a third', (seed) => {
  const { estimates } = run({ seed, capacityBps: () => 2e6, jitterMs: 50, lossRatio: 0.05 }, 120);
  assert.ok(mean(seconds(estimates, 60, 120)) > 700_000, `SEED=${seed}: ${kbps(estimates)}`);
});

onLinks('a queue of 30 ms, too short to be seen to grow for long, is not kept full', (seed) => {
  const { estimates, lossRatio } = run({ seed, capacityBps: () => 2e6, queueMs: 30 }, 90);
  assert.ok(mean(seconds(estimates, 60, 90)) < 2.2e6 && lossRatio < 0.08, `SEED=${seed}: ${lossRatio}`);
});

onLinks('video in frames, key frames among them, on a link that carries it', (seed) => {
  const { estimates, queues } = run({ seed, capacityBps: () => 3e6 }, 90, true);
  const settled = seconds(estimates, 45, 90);
  assert.ok(mean(settled) > 1.5e6 && mean(settled) < 3.2e6, `SEED=${seed}: ${kbps(settled)}`);
  assert.ok(mean(seconds(queues, 45, 90)) < 80, `SEED=${seed}: ${mean(queues)} ms`);
});

onLinks('every fifth feedback lost changes little', (seed) => {
  const { estimates } = run({ seed, capacityBps: () => 2e6, feedbackLossRatio: 0.2 }, 90);
  const settled = seconds(estimates, 60, 90);
  assert.ok(mean(settled) > 1.3e6 && mean(settled) < 2e6, `SEED=${seed}: ${kbps(settled)}`);
});

onLinks('a link that carries nothing any more is sent next to nothing after some seconds', (seed) => {
  const { estimates } = run({ seed, capacityBps: (ms) => (ms < 20_000 ? 2e6 : 1) }, 30);
  assert.ok((estimates.at(-1) ?? 0) < 50_000, `SEED=${seed}: ${kbps(seconds(estimates, 20, 30))}`);
});
