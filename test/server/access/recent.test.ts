import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recent } from '#server/access/recent.ts';

test('what was not used for longest is forgotten, and reading is a use', () => {
  const map = recent<number>(3);
  for (const key of ['a', 'b', 'c']) map.set(key, 1);
  assert.equal(map.get('a'), 1);
  map.set('d', 1);
  assert.equal(map.get('b'), undefined);
  assert.deepEqual([...'acd'].map(map.get), [1, 1, 1]);
  assert.equal(map.size(), 3);
});

test('a key that is set again counts once, and one that is deleted not at all', () => {
  const map = recent<number>(2);
  for (const value of [1, 2, 3]) map.set('a', value);
  assert.deepEqual([map.size(), map.get('a')], [1, 3]);
  map.delete('a');
  assert.deepEqual([map.size(), map.oldest()], [0, undefined]);
});
