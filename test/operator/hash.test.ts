import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash } from '#operator/hash.ts';

test('a hash does not depend on the order of keys', () => {
  assert.equal(hash({ a: 1, b: { c: [1, 2], d: 2 } }), hash({ b: { d: 2, c: [1, 2] }, a: 1 }));
  assert.notEqual(hash({ a: [1, 2] }), hash({ a: [2, 1] }));
});

test('ten thousand names of five characters hardly ever meet', () => {
  const names = new Set(Array.from({ length: 10_000 }, (_, i) => hash(['uid', 'spec', `keynote-origin-${i}`], 5)));
  // Of 27⁵ possible ones, 3.5 pairs are to be expected.
  assert.ok(names.size > 9_980, `${10_000 - names.size} met`);
});
