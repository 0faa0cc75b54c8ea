import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fall, lowestBps, type Rate, rate, rise } from '#server/media/estimate/rate.ts';

/** Feedback each 100 ms without a queue, for some seconds, after which the time is returned. */
function quiet(of: Rate, seconds: number, deliveredBps: number, from: number, provenBps = -1): number {
  let ms = from;
  for (; ms < from + 1000 * seconds; ms += 100) rise(of, deliveredBps, provenBps, 50, ms);
  return ms;
}

const near = (actual: number, expected: number, part = 0.01) =>
  assert.ok(Math.abs(actual - expected) <= part * expected, `${actual} is not near ${expected}`);

test('far from any limit it rises by 8 % a second', () => {
  const of = rate(1e6);
  quiet(of, 10.1, 1e7, 0);
  near(of.bps, 1e6 * 1.08 ** 10);
});

test('it rises to no more than 1.5 times what was delivered, and does not fall when less is sent', () => {
  const of = rate(1e6);
  const ms = quiet(of, 20, 800_000, 0);
  near(of.bps, 1_210_000);
  quiet(of, 20, 100_000, ms);
  near(of.bps, 1_210_000);
});

test('what went through is allowed at once', () => {
  const of = rate(1e6);
  rise(of, 3e6, 2.5e6, 50, 0);
  assert.equal(of.bps, 2.5e6);
});

test('a queue that grows: 0.85 of what was delivered; once in the time that a reaction takes', () => {
  const of = rate(2e6);
  fall(of, 1e6, 50, 1000);
  assert.equal(of.bps, 850_000);
  fall(of, 500_000, 50, 1100);
  assert.equal(of.bps, 850_000);
  fall(of, 500_000, 50, 1150);
  assert.equal(of.bps, 425_000);
});

test('overuse never raises it, and never takes it below the lowest', () => {
  const of = rate(500_000);
  fall(of, 5e6, 50, 1000);
  assert.equal(of.bps, 500_000);
  fall(of, 0, 50, 2000);
  assert.equal(of.bps, lowestBps);
});

test('before anything is known of what was delivered, overuse takes 15 % off', () => {
  const of = rate(1e6);
  fall(of, -1, 50, 1000);
  assert.equal(of.bps, 850_000);
});

test('a round trip that is long because of the queue does not put off the next decrease', () => {
  const of = rate(2e6);
  fall(of, 1e6, 3000, 1000);
  fall(of, 500_000, 3000, 1299);
  assert.equal(of.bps, 850_000);
  fall(of, 500_000, 3000, 1300);
  assert.equal(of.bps, 425_000);
});

test('near where queues grew before it rises by half a packet a round trip, until more than that is delivered', () => {
  const of = rate(1e6);
  fall(of, 1e6, 50, 0);
  let ms = quiet(of, 5, 950_000, 100);
  // 28,333 bits a frame are three packets of 9444: half of one each 150 ms.
  near(of.bps, 850_000 + (5 / 0.15) * 4722, 0.05);
  const before = of.bps;
  ms = quiet(of, 5, 2e6, ms);
  near(of.bps, before * 1.08 ** 5, 0.02);
});

test('what was sent before the decrease proves nothing', () => {
  const of = rate(1e6);
  fall(of, 1e6, 50, 0);
  quiet(of, 0.6, 1e6, 100, 1e6);
  assert.ok(of.bps < 900_000);
  quiet(of, 0.5, 1e6, 700, 1e6);
  assert.ok(of.bps >= 1e6);
});
