import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostWithin } from './most-within.ts';

test('those of one span count together wherever it begins, and what is a whole span apart does not', () => {
  assert.equal(mostWithin([], 1000), 0);
  assert.equal(mostWithin([0, 999], 1000), 2);
  assert.equal(mostWithin([0, 1000, 2000], 1000), 1);
  // In no second by the clock are there more than two.
  assert.equal(mostWithin([0, 800, 900, 1100, 1700, 2600], 1000), 4);
});
