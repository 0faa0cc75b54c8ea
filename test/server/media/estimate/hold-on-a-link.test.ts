import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideHold, videoHold } from '#server/media/down/video-hold.ts';
import { deliveredBps } from '#server/media/estimate/delivered.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { framesAt, type LinkSpec, simulate } from './link.ts';

const audioBps = (160 * 8000) / 20;
const probePacket = 300;

interface Run {
  /** Of each second: whether the video was held at its end, and the longest queue. */
  readonly held: string;
  readonly queues: readonly number[];
  readonly probedBytes: number;
}

/** A viewer of one encoding, with sound; probes go out each 10 ms. */
function watch(videoBps: number, spec: LinkSpec, seconds: number): Run {
  const hold = videoHold(0);
  const queues: number[] = [];
  let held = '';
  let longestMs = 0;
  let owedBytes = 0;
  let probedBytes = 0;
  const media = framesAt(() => (hold.isHeld ? 0 : videoBps), seeded(spec.seed + 1));
  simulate(spec, seconds, (at) => {
    if (at.nowMs % 200 === 0)
      decideHold(hold, {
        nowMs: at.nowMs,
        estimateBps: at.estimateBps,
        otherBps: audioBps,
        takesBps: videoBps,
        deliveredBps: deliveredBps(at.estimator.arrived),
        lossRatio: at.estimator.loss.ratio,
        isCongested: at.isCongested,
        canProbe: true,
      });
    media(at);
    owedBytes = hold.probeBps === 0 ? 0 : owedBytes + Math.max(0, hold.probeBps - audioBps) / 8000;
    for (; at.nowMs % 10 === 0 && owedBytes >= probePacket; owedBytes -= probePacket) {
      at.send(probePacket);
      probedBytes += probePacket;
    }
    longestMs = Math.max(longestMs, at.queueMs);
    if (at.nowMs % 1000 !== 999) return;
    held += hold.isHeld ? '_' : '#';
    queues.push(longestMs);
    longestMs = 0;
  });
  return { held, queues, probedBytes };
}

function onLinks(name: string, check: (seed: number) => void) {
  test(name, (t) => {
    const seeds = [1, 2, freshSeed()];
    t.diagnostic(`SEED=${seeds.at(-1)}`);
    for (const seed of seeds) check(seed);
  });
}

onLinks('loss, jitter, and links that carry it hold nothing back, nor does a dip of two seconds', (seed) => {
  const dips = (ms: number) => (ms > 10_000 && ms < 12_000 ? 300_000 : 10e6);
  for (const [videoBps, spec] of [
    [2.5e6, { capacityBps: () => 10e6, lossRatio: 0.05, jitterMs: 100, reorders: true }],
    [2.5e6, { capacityBps: () => 10e6, lossRatio: 0.08, jitterMs: 60 }],
    [2.5e6, { capacityBps: dips }],
    [150_000, { capacityBps: () => 300_000 }],
  ] as const) {
    const { held } = watch(videoBps, { seed, ...spec }, 60);
    assert.ok(!held.includes('_'), `SEED=${seed}: ${held}`);
  }
});

onLinks(
  'a link for less than half of it is rid of it within five seconds, and the queue stays short for the sound',
  (seed) => {
    const { held, queues, probedBytes } = watch(2.5e6, { seed, capacityBps: () => 1e6 }, 120);
    assert.ok(held.indexOf('_') < 5 && !held.slice(5).includes('#'), `SEED=${seed}: ${held}`);
    const [p90 = 0] = queues
      .slice(6)
      .toSorted((a, b) => b - a)
      .slice(12);
    assert.ok(
      p90 < 20 && Math.max(...queues.slice(6)) < 300,
      `SEED=${seed}: ${p90}, ${Math.max(...queues.slice(6))} ms`,
    );
    assert.ok(probedBytes < 0.05 * 120 * (1e6 / 8), `SEED=${seed}: ${probedBytes} bytes of probes`);
  },
);

onLinks('it comes back within half a minute of the link', (seed) => {
  const thin = (ms: number) => ms > 20_000 && ms < 40_000;
  const { held } = watch(2.5e6, { seed, capacityBps: (ms) => (thin(ms) ? 1e6 : 10e6) }, 80);
  assert.ok(held.slice(25, 40) === '_'.repeat(15) && held.slice(70) === '#'.repeat(10), `SEED=${seed}: ${held}`);
});
