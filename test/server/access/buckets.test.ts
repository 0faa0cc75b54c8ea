import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buckets } from '#server/access/buckets.ts';
import { requestLimits, requestRates } from '#server/access/request-limits.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { fakeClock } from '../fake-clock.ts';

test('so many come at once, and who comes after them is told when there is place again', () => {
  const clock = fakeClock();
  const { take } = buckets({ perSecond: 2, burst: 3, clock });
  assert.deepEqual(
    [1, 2, 3].map(() => take('a')),
    [0, 0, 0],
  );
  assert.equal(take('a'), 500);
  clock.advance(400);
  assert.equal(take('a'), 100, 'asking in vain takes nothing');
  clock.advance(100);
  assert.equal(take('a'), 0);
  assert.equal(take('a'), 500);
});

test('one who asks too often takes nothing from another', () => {
  const { take } = buckets({ perSecond: 1, burst: 1, clock: fakeClock() });
  assert.equal(take('a'), 0);
  assert.equal(take('a'), 1000);
  assert.equal(take('b'), 0);
});

test('after the time that was told there is place, whatever the rate', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  for (let i = 0; i < 200; i++) {
    const clock = fakeClock();
    const { take } = buckets({ perSecond: 0.1 + random() * 50, burst: 1 + Math.floor(random() * 5), clock });
    let waitMs = 0;
    while (waitMs === 0) waitMs = take('a');
    clock.advance(waitMs);
    // Where fractions do not add up, one more millisecond does.
    const again = take('a');
    assert.ok(again <= 1, `${again} ms more`);
  }
});

test('over a long time nobody gets more than the rate and one burst', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const clock = fakeClock();
  const { take } = buckets({ perSecond: 5, burst: 10, clock });
  let got = 0;
  for (let ms = 0; ms < 60_000; ) {
    if (take('a') === 0) got += 1;
    const step = Math.floor(random() * 50);
    clock.advance(step);
    ms += step;
  }
  assert.ok(got <= 10 + 5 * 60.05, `${got} in a minute`);
  assert.ok(got >= 5 * 59, `${got} in a minute`);
});

test('who has been quiet is forgotten, and no flood of addresses fills the memory', () => {
  const clock = fakeClock();
  const { take, size } = buckets({ perSecond: 1, burst: 2, clock, limit: 100 });
  for (let i = 0; i < 10_000; i++) take(`address ${i}`);
  assert.equal(size(), 100);
  clock.advance(1000);
  for (let i = 0; i < 60; i++) take('a');
  assert.equal(size(), 1);
});

test('a clock that is set back stops nobody, and gives nothing', () => {
  const clock = fakeClock();
  const { take } = buckets({ perSecond: 1, burst: 2, clock });
  take('a');
  const { now } = clock;
  Object.assign(clock, { now: () => now() - 3_600_000 });
  assert.equal(take('a'), 0);
  assert.equal(take('a'), 1000);
  clock.advance(1000);
  assert.equal(take('a'), 0);
});

test('POST, PATCH and DELETE of one address are limited, each by itself; reading is not (C-27)', () => {
  const clock = fakeClock();
  const limit = requestLimits(clock, 20);
  for (const [method, { perSecond, burst }] of Object.entries(requestRates(20))) {
    for (let i = 0; i < burst; i++) assert.equal(limit(method, '192.0.2.1'), 0);
    assert.equal(limit(method, '192.0.2.1'), 1000 / perSecond);
    assert.equal(limit(method, '192.0.2.2'), 0);
  }
  for (let i = 0; i < 10_000; i++) assert.equal(limit('GET', '192.0.2.1') + limit('OPTIONS', '192.0.2.1'), 0);
});
