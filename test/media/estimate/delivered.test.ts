import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivered, deliveredBps, noteDelivered } from '#server/media/estimate/delivered.ts';

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
