import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draws } from '#server/draws.ts';

test('random bytes are given once each, also across what is fetched at a time and to who wants more than that', () => {
  const draw = draws();
  const drawn = [16, 4000, 100, 5000, 16].map(draw);
  assert.deepEqual(
    drawn.map(({ length }) => length),
    [16, 4000, 100, 5000, 16],
  );
  const places = drawn.map(({ buffer, byteOffset, length }) => ({ buffer, from: byteOffset, to: byteOffset + length }));
  for (const [i, one] of places.entries())
    for (const other of places.slice(i + 1))
      assert.ok(one.buffer !== other.buffer || one.to <= other.from || other.to <= one.from);
  assert.equal(new Set(drawn.map((bytes) => bytes.toString('hex'))).size, drawn.length);
});
