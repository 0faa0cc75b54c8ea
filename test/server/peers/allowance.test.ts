import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowance } from '#server/peers/allowance.ts';
import { fakeClock } from '../fake-clock.ts';

const isGranted = (allowed: object): boolean => 'leave' in allowed;

test('event streams, which last, take no place of requests, which end: who watches keeps nobody from leaving', () => {
  const allowed = allowance(fakeClock(0));
  const streams = Array.from({ length: 1001 }, (_, i) => isGranted(allowed(`viewer-${i}`, true)));
  assert.deepEqual([streams.indexOf(false), streams.lastIndexOf(true)], [1000, 999]);
  const requests = Array.from({ length: 1001 }, (_, i) => isGranted(allowed(`viewer-${i}`, false)));
  assert.deepEqual([requests.indexOf(false), requests.lastIndexOf(true)], [1000, 999]);
});

test('a place that is given back is another’s', () => {
  const allowed = allowance(fakeClock(0));
  const places = Array.from({ length: 8 }, () => allowed('viewer', true));
  assert.deepEqual([places.every(isGranted), allowed('viewer', false)], [true, { retryAfterMs: 1000 }]);
  const [first] = places;
  if (first && 'leave' in first) first.leave();
  assert.ok(isGranted(allowed('viewer', false)));
});
