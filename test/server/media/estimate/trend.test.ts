import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteArrived, type Signal, trend } from '#server/media/estimate/trend.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

/** Packets sent every 10 ms that take as long as `delayMs` says; the signals they lead to. */
function signals(packets: number, delayMs: (i: number) => number, of = trend(), from = 0): Signal[] {
  return Array.from({ length: packets }, (_, i) => {
    const sentMs = 10 * (from + i);
    noteArrived(of, sentMs, sentMs + delayMs(from + i));
    return of.signal;
  });
}

test('a delay that stays as it is, is normal, however long it is', () => {
  assert.ok(signals(300, () => 5).every((signal) => signal === 'Normal'));
  assert.ok(signals(300, () => 5000).every((signal) => signal === 'Normal'));
});

test('a delay that grows by 1 ms in 10 is overuse within 300 ms, and none any more 300 ms after it stopped', () => {
  const seen = signals(400, (i) => 50 + Math.min(100, Math.max(0, i - 100)));
  assert.ok(seen.slice(0, 101).every((signal) => signal === 'Normal'));
  const first = seen.indexOf('Overuse');
  assert.ok(first > 100 && first <= 130, `after ${first - 100} packets`);
  assert.ok(seen.slice(first, 200).every((signal) => signal === 'Overuse'));
  assert.ok(seen.slice(240).every((signal) => signal === 'Normal'));
});

test('a queue that shrinks is underuse', () => {
  const seen = signals(200, (i) => 500 - Math.max(0, i - 100));
  assert.equal(seen.at(-1), 'Underuse');
  assert.ok(!seen.includes('Overuse'));
});

test('one late packet is no trend', () => {
  const seen = signals(200, (i) => (i === 100 ? 60 : 20));
  assert.ok(!seen.slice(0, 100).includes('Overuse'));
  assert.ok(seen.filter((signal) => signal === 'Overuse').length < 3);
});

test('the two clocks need not agree, nor run at the same speed to the last digit', () => {
  const of = trend();
  for (let i = 0; i < 6000; i++) {
    noteArrived(of, 1e9 + 10 * i, 5e8 + 10 * i * 1.0002);
    assert.equal(of.signal, 'Normal');
  }
});

test('packets that are let out in bursts, as radio does it, are no trend', () => {
  // Every 40 ms all that was sent before.
  assert.ok(!signals(1000, (i) => 40 - ((10 * i) % 40)).includes('Overuse'));
});

test('50 ms of unevenness are hardly ever taken for a queue; one that grows in it is seen within a second', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const of = trend();
  const uneven = signals(6000, () => 20 + 50 * random(), of);
  const ratio = uneven.filter((signal) => signal === 'Overuse').length / uneven.length;
  assert.ok(ratio < 0.02, `SEED=${seed}: ${ratio} of the time`);
  const queue = signals(100, (i) => 20 + 50 * random() + 4 * (i - 6000), of, 6000);
  assert.ok(queue.includes('Overuse'), `SEED=${seed}`);
});

test('a queue that grows slowly in an uneven network is seen once it is long', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const of = trend();
  signals(1000, () => 20 + 50 * random(), of);
  const queue = signals(500, (i) => 20 + 50 * random() + 0.7 * (i - 1000), of, 1000);
  assert.ok(queue.includes('Overuse'), `SEED=${seed}`);
});

test('the threshold follows a slope that lasts, quickly up, and slowly down', () => {
  const of = trend();
  signals(300, (i) => i, of);
  assert.ok(of.thresholdMs > 23 && of.thresholdMs < 24, `${of.thresholdMs} ms`);
  signals(100, () => 300, of, 300);
  assert.ok(of.thresholdMs > 18, `${of.thresholdMs} ms`);
  signals(3000, () => 300, of, 400);
  assert.equal(of.thresholdMs, 6);
});

test('after a pause of over two seconds what was before is forgotten', () => {
  const of = trend();
  signals(150, (i) => 2 * i, of);
  assert.equal(of.signal, 'Overuse');
  noteArrived(of, 10_000, 10_020);
  assert.equal(of.signal, 'Normal');
  assert.ok(signals(200, () => 20, of, 1001).every((signal) => signal === 'Normal'));
});

test('a packet sent before those that came is passed over', () => {
  const of = trend();
  signals(100, () => 20, of);
  const before = structuredClone(of);
  noteArrived(of, 500, 3000);
  assert.deepEqual(of, before);
});

test('after a gap it is as new, however few packets came before', () => {
  for (let before = 0; before < 20; before++) {
    const of = trend();
    signals(before, (i) => 20 + 3 * i, of);
    const fresh = trend();
    for (let i = 1000; i < 1200; i++) {
      const delayMs = 20 + ((7 * i) % 5) + 0.3 * (i - 1000);
      signals(1, () => delayMs, of, i);
      signals(1, () => delayMs, fresh, i);
      assert.equal(of.growthMs, fresh.growthMs, `packet ${i} after ${before}`);
    }
  }
});
