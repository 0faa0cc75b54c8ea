import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '#server/media/egress/placement.ts';

/** So many subscribers who come one after the other: those of ingress, and of each egress thread. */
function crowd(size: number, most: number): readonly number[] {
  let own = 0;
  const viewers: number[] = [];
  for (let i = 0; i < size; i++) {
    const place = placeOf(own, viewers, { most, perThread: 16 });
    if (place === undefined) own += 1;
    else viewers[place] = (viewers[place] ?? 0) + 1;
  }
  return [own, ...viewers];
}

test('a pod with few subscribers, or one core, has one thread', () => {
  assert.deepEqual(crowd(16, 7), [16]);
  assert.deepEqual(crowd(1000, 0), [1000]);
});

test('another thread begins for every so many subscribers, and takes the next ones', () => {
  assert.deepEqual(crowd(17, 7), [16, 1]);
  assert.deepEqual(crowd(33, 1), [16, 17]);
  assert.equal(crowd(33, 7).length, 3);
  assert.equal(crowd(1000, 7).length, 8);
});

test('of a large crowd ingress takes a few less than the others, for what it does besides', () => {
  const [own = 0, ...others] = crowd(1000, 3);
  assert.ok(Math.max(...others) - Math.min(...others) <= 1, `${others}`);
  assert.ok(own < Math.min(...others) && own > Math.min(...others) - 10, `${own} and ${others}`);
});

test('who comes after others have left goes where there are fewest', () => {
  assert.equal(placeOf(30, [40, 2, 40], { most: 3, perThread: 16 }), 1);
  assert.equal(placeOf(1, [40, 20, 40], { most: 3, perThread: 16 }), undefined);
});
