import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Figure, gateStatus } from './figure.ts';

const figure = (more: Partial<Figure>): Figure => ({ name: 'a', value: 10, unit: 'ms', ...more });
const baseline = { name: 'b', value: 10 };

test('where targets are asserted one that is missed is a failure, and one that nobody can decide is none', () => {
  const kept = figure({ target: { atMost: 10 } });
  const undecided = figure({ baseline, times: { low: 0.9, median: 1, high: 1.1 }, target: { timesMore: 1 } });
  assert.equal(gateStatus([figure({}), kept, undecided]), 0);
  assert.equal(gateStatus([kept, figure({ target: { atMost: 9 } })]), 1);
  assert.equal(gateStatus([figure({ baseline, target: { timesLess: 2 } }), kept]), 1);
});
