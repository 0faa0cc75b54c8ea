import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busyThreads } from '#server/session/busy.ts';

const limit = 0.9;
const load = (utilization: number) => ({ utilization, lagSeconds: 0 });
const seen = (media: number, ...egress: readonly number[]) => ({ load: load(media), egressLoads: egress.map(load) });

test('a pod is busy from its limit on, and until a tenth less (C-29)', () => {
  const isBusy = busyThreads(limit);
  const told = [0.5, 0.89, 0.91, 0.89, 0.81, 0.79, 0.89].map((media) => isBusy(seen(media)));
  assert.deepEqual(told, [false, false, true, true, true, false, false]);
});

test('of the threads that only send one with time left is enough, and the one that all goes through is not made up for', () => {
  const told = (...loads: Parameters<typeof seen>) => busyThreads(limit)(seen(...loads));
  assert.equal(told(0.5, 0.95, 0.3), false);
  assert.equal(told(0.5, 0.95, 0.91), true);
  assert.equal(told(0.95, 0.1, 0.1), true);
});

test('without a limit nothing is too much', () => {
  assert.equal(busyThreads(Number.POSITIVE_INFINITY)(seen(1, 1)), false);
});
