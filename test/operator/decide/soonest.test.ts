import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soonest } from '#operator/decide/soonest.ts';

test('the soonest of several times wins', () => {
  assert.equal(soonest(undefined, 300, 20), 20);
  assert.equal(soonest(-5), 1);
  assert.equal(soonest(undefined), undefined);
});
