import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimate, ratios } from './estimate.ts';
import { type Figure, isKept } from './figure.ts';

test('an estimate is the median between the ranks that a binomial table gives for 95 %', () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  // Of 100 values, those of ranks 40 and 61.
  assert.deepEqual(estimate(values.toReversed()), { median: 51, low: 40, high: 61 });
});

test('a disturbance of a few slices moves an estimate little', () => {
  const calm = Array.from({ length: 60 }, (_, i) => 1 + (i % 7) / 100);
  const disturbed = calm.map((value, i) => (i % 10 === 0 ? value * 3 : value));
  const [one, other] = [estimate(calm), estimate(disturbed)];
  assert.ok(other.median - one.median < 0.02 && other.high - one.high < 0.02, JSON.stringify([one, other]));
});

test('ratios are taken one by one', () => assert.deepEqual(ratios([2, 9], [1, 3]), [2, 3]));

const figure = (low: number, high: number): Figure => ({
  ...({ name: 'a', value: 5, unit: 'µs', baseline: { name: 'b', value: 4 } } as const),
  ...{ times: { median: (low + high) / 2, low, high }, target: { timesMore: 1.02 } },
});
for (const [what, low, high, wanted] of [
  ['kept when the whole interval keeps it', 0.99, 1.01, true],
  ['missed when none of the interval keeps it', 1.03, 1.05, false],
  ['undecided when it lies within the interval', 1.0, 1.04, undefined],
] as const)
  test(`a target of a ratio is ${what}`, () => assert.equal(isKept(figure(low, high)), wanted));
