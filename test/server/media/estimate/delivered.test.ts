import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivered, deliveredBps, noteDelivered } from '#server/media/estimate/delivered.ts';
import { seeded } from '#test/harness/seeded.ts';

test('a steady stream is measured after half a second, and from then on', () => {
  const of = delivered();
  for (let ms = 0; ms < 3000; ms += 10) {
    noteDelivered(of, ms, 1250);
    assert.equal(deliveredBps(of), ms < 500 ? -1 : 1_000_000, `at ${ms} ms`);
  }
});

test('it is that of the last half second', () => {
  const of = delivered();
  for (let ms = 0; ms < 2000; ms += 10) noteDelivered(of, ms, ms < 1000 ? 1250 : 250);
  assert.equal(deliveredBps(of), 200_000);
});

test('packets may come in disorder', () => {
  const of = delivered();
  for (let ms = 0; ms < 2000; ms += 10) noteDelivered(of, ms % 20 === 0 ? ms + 30 : ms, 1250);
  assert.ok(Math.abs(deliveredBps(of) - 1_000_000) < 50_000);
});

test('after a leap of the clock, either way, it begins anew', () => {
  const of = delivered();
  for (let ms = 0; ms < 1000; ms += 10) noteDelivered(of, 1e6 + ms, 1250);
  assert.ok(deliveredBps(of) > 0);
  noteDelivered(of, 2e6, 1250);
  assert.equal(deliveredBps(of), -1);
  for (let ms = 0; ms < 1000; ms += 10) noteDelivered(of, 2e6 + ms, 1250);
  noteDelivered(of, 0, 1250);
  assert.equal(deliveredBps(of), -1);
  noteDelivered(of, -5, 1250);
  assert.equal(deliveredBps(of), -1);
});

test('what is a little too old does not count', () => {
  const of = delivered();
  for (let ms = 0; ms < 2000; ms += 10) noteDelivered(of, ms, 1250);
  noteDelivered(of, 1000, 1e6);
  assert.equal(deliveredBps(of), 1_000_000);
});

test('the sum that is kept is that of the packets, in whatever order they come', () => {
  const random = seeded(7);
  const of = delivered();
  const bytesOfStep = new Map<number, number>();
  let newest = 0;
  for (let i = 0; i < 2000; i++) {
    // Ahead by up to a step, behind by up to three.
    const step = Math.max(0, newest + Math.floor(random() * 5) - 3);
    newest = Math.max(newest, step);
    const bytes = Math.floor(random() * 1500);
    bytesOfStep.set(step, (bytesOfStep.get(step) ?? 0) + bytes);
    noteDelivered(of, 50 * step + 20, bytes);
    if (newest <= 10) continue;
    let sum = 0;
    for (let at = newest - 10; at < newest; at++) sum += bytesOfStep.get(at) ?? 0;
    assert.equal(deliveredBps(of), sum * 16);
  }
});

test('nor does it hold anything of before a leap, either way', () => {
  const random = seeded(11);
  const of = delivered();
  let bytesOfStep = new Map<number, number>();
  let [first, newest] = [10_000, 10_000];
  for (let i = 0; i < 3000; i++) {
    let step = newest + Math.floor(random() * 5) - 3;
    if (i % 40 === 0) {
      step = newest + (random() < 0.5 ? 11 + Math.floor(random() * 20) : -111 - Math.floor(random() * 20));
      bytesOfStep = new Map();
      [first, newest] = [step, step];
    }
    newest = Math.max(newest, step);
    const bytes = Math.floor(random() * 1500);
    bytesOfStep.set(step, (bytesOfStep.get(step) ?? 0) + bytes);
    noteDelivered(of, 50 * step + 20, bytes);
    let sum = 0;
    for (let at = newest - 10; at < newest; at++) sum += bytesOfStep.get(at) ?? 0;
    assert.equal(deliveredBps(of), newest - first < 10 ? -1 : sum * 16, `packet ${i}`);
  }
});
