import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pacedRooms, phasesAt, planned, promisedBurst } from './plan.ts';

test('the first rooms come one after the other, and a step to more than those begins with a burst', () => {
  assert.deepEqual(phasesAt(pacedRooms), ['paced', 'quiet', 'floor', 'restart', 'edits', 'single']);
  assert.deepEqual(phasesAt(promisedBurst), ['burst', 'quiet', 'floor', 'restart', 'edits', 'single', 'paced']);
});

test('among thousands no room has the machine to itself, so that none is made alone', () => {
  const alone = planned([100, 1000, 2000, 5000]).filter(({ phase }) => phase === 'single');
  assert.deepEqual(
    alone.map(({ rooms }) => rooms),
    [100, 1000],
  );
});
