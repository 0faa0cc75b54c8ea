import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { insist } from './insist.ts';

/** A request that fails so, one time after the other, and then succeeds. */
function failing(...errors: readonly Error[]) {
  const rest = errors.values();
  const request = async () => {
    asked++;
    for (const error of rest) throw error;
  };
  let asked = 0;
  return { request, asked: () => asked };
}

const refused = (status: number) => new ApiError(status, {});

test('what is refused for now, or lost on its way, is asked for again', async () => {
  const { request, asked } = failing(refused(429), refused(409), new Error('reset'));
  await insist(request, { tries: 4, pauseMs: 1 });
  assert.equal(asked(), 4);
});

test('an object that is no more needs nothing', async () => {
  const { request, asked } = failing(refused(404));
  await insist(request, { tries: 4, pauseMs: 1 });
  assert.equal(asked(), 1);
});

test('what fails again and again fails with its last error', async () => {
  const { request, asked } = failing(refused(429), refused(503));
  await assert.rejects(insist(request, { tries: 2, pauseMs: 1 }), { status: 503 });
  assert.equal(asked(), 2);
});
