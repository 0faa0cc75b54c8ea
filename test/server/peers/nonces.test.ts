import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOf } from '#server/peers/nonces.ts';
import { fakeClock } from '../fake-clock.ts';

const minuteMs = 60_000;

test('a number is good once within a minute, also beside as many as a crowd of viewers can make in that time', () => {
  const clock = fakeClock();
  const isFirst = firstOf(minuteMs, clock);
  assert.deepEqual([isFirst('a'), isFirst('a')], [true, false]);
  for (let i = 0; i < 100_000; i++) isFirst(`other ${i}`);
  clock.advance(minuteMs - 1);
  assert.equal(isFirst('a'), false);
});

test('what is long ago is forgotten, and no more is kept than two generations of them', () => {
  const clock = fakeClock();
  const isFirst = firstOf(minuteMs, clock, 2);
  assert.deepEqual(['a', 'b', 'c', 'a', 'd', 'e', 'a'].map(isFirst), [true, true, true, false, true, true, true]);
  clock.advance(2 * minuteMs);
  assert.equal(isFirst('e'), true);
});
