import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageMemory, rates, remembered } from '#server/node/rates.ts';

const sample = (second: number, packets: number, memoryBytes = 0) => ({
  atMs: second * 1000,
  counters: { packets },
  memoryBytes,
});
const perSecond = (samples: readonly ReturnType<typeof sample>[]) => rates(samples, 10_000).packets;

test('the newest sample is held against the first that is at least as old as the window', () => {
  const samples = [0, 2, 4, 6, 8, 10, 12].map((second) => sample(second, second < 2 ? 0 : 100 * second));
  assert.equal(perSecond(samples), (1200 - 200) / 10);
});

test('until the window is full, the oldest sample begins it', () => {
  assert.equal(perSecond([sample(0, 0), sample(2, 10), sample(4, 40)]), 10);
});

test('a gap stretches the window: what came in it is spread over it', () => {
  assert.equal(perSecond([sample(0, 0), sample(2, 10), sample(60, 300)]), 290 / 58);
});

test('a counter that begins anew has grown by what it shows', () => {
  assert.equal(perSecond([sample(0, 1000), sample(5, 1100), sample(10, 50)]), (100 + 50) / 10);
});

test('without any time between them, or with one sample, nothing is told to grow', () => {
  assert.equal(perSecond([sample(5, 1)]), 0);
  assert.equal(perSecond([sample(5, 1), sample(5, 9)]), 0);
  assert.deepEqual(rates([], 10_000), {});
});

test('memory is weighted with the time for which it was so', () => {
  const samples = [sample(0, 0, 5), sample(2, 0, 100), sample(10, 0, 200)];
  assert.equal(averageMemory(samples, 10_000), (2 * 100 + 8 * 200) / 10);
  assert.equal(averageMemory([sample(3, 0, 70)], 10_000), 70);
  assert.equal(averageMemory([sample(3, 0, 70), sample(3, 0, 90)], 10_000), 90);
  assert.equal(averageMemory([], 10_000), 0);
});

test('what no window can begin with any more is forgotten, and nothing else', () => {
  let samples: readonly ReturnType<typeof sample>[] = [];
  for (let second = 0; second <= 100; second += 2) samples = remembered(samples, sample(second, second), 10_000);
  assert.deepEqual(
    samples.map(({ atMs }) => atMs / 1000),
    [90, 92, 94, 96, 98, 100],
  );
  assert.equal(perSecond(samples), 1);
});
