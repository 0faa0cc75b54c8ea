import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from '#operator/cluster/queue/backoff.ts';

/** A back-off whose clock goes by what it waits, and by `pass`. */
function waits(random: () => number) {
  let nowMs = 0;
  const next = backoff({ firstMs: 800, maxMs: 30_000, stableMs: 60_000, now: () => nowMs, random });
  return {
    pass: (ms: number) => (nowMs += ms),
    fail(retryAfterMs?: number, atMostMs?: number) {
      const ms = next.nextMs(retryAfterMs, atMostMs);
      nowMs += ms;
      return ms;
    },
  };
}

test('the bound of the wait doubles from 0.8 s to 30 s', () => {
  const { fail } = waits(() => 1);
  assert.deepEqual(
    Array.from({ length: 8 }, () => fail()),
    [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000],
  );
});

test('the wait is anywhere below the bound', () => {
  const fractions = [0, 0.25, 0.5].values();
  const { fail } = waits(() => fractions.next().value ?? 1);
  assert.deepEqual([fail(), fail(), fail()], [0, 400, 1600]);
});

test('after a minute without a failure it begins anew', () => {
  const { fail, pass } = waits(() => 1);
  fail();
  fail();
  pass(59_000);
  assert.equal(fail(), 3200);
  pass(60_001);
  assert.equal(fail(), 800);
});

test('what the server asks for is the least', () => {
  const { fail } = waits(() => 1);
  assert.equal(fail(5000), 5000);
  assert.equal(fail(1), 1600);
});

test('a wait can be bounded more closely, and the next one is as long as it would have been', () => {
  const { fail } = waits(() => 1);
  assert.deepEqual([fail(), fail(), fail(0, 2_000), fail(0, 2_000), fail()], [800, 1600, 2_000, 2_000, 12_800]);
  assert.equal(fail(5_000, 2_000), 5_000);
});
