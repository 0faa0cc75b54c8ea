import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { list, refuse, watch } from './flaky-server.ts';
import { a1, reflected } from './reflected.ts';

type Answers = Parameters<typeof reflected>[0];

/** So long that a busy machine comes to `stop` before it is over. */
const waitMs = 1_000;

const phases: Record<string, Answers> = {
  'a watch': [list(1, [a1]), watch([], 'open')],
  'a wait': [list(1, [a1]), refuse(503)],
  'a comparison': [list(1, [a1]), watch([], 'open'), () => undefined],
};
for (const [phase, answers] of Object.entries(phases))
  test(`stop during ${phase} is final`, async () => {
    const compareEveryMs = phase === 'a comparison' ? 20 : 600_000;
    const waits = { backoffFirstMs: waitMs, backoffMaxMs: waitMs };
    const { server, things, seen, errors, called } = await reflected(answers, { ...waits, compareEveryMs });
    await called(answers.length);
    if (phase === 'a wait') await eventually('the refusal', () => errors.length === 1);
    const before = [...errors];
    things.stop();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    assert.equal(server.calls.length, answers.length);
    assert.deepEqual([seen, errors], [['+live/a'], before]);
  });

test('stop during the first list is final', async () => {
  const answer = Promise.withResolvers<() => void>();
  const { server, things, seen } = await reflected([
    (response, call, request) => answer.resolve(() => list(1, [a1])(response, call, request)),
  ]);
  const finish = await answer.promise;
  things.stop();
  finish();
  await things.synced;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(server.calls.length, 1);
  assert.deepEqual(seen, []);
});
