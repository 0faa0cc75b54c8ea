import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serially } from '#local/node/serially.ts';
import { eventually } from '#test/harness/eventually.ts';

test('a task asked for while it runs runs once more, and a failure does not end that', async () => {
  const runs: string[] = [];
  let release = () => {};
  const errors: unknown[] = [];
  const ask = serially(
    async () => {
      runs.push('run');
      if (runs.length === 1) await new Promise<void>((resolve) => (release = resolve));
      if (runs.length === 1) throw new Error('first');
    },
    (error) => errors.push(error),
  );
  ask();
  ask();
  ask();
  release();
  await eventually('it ran twice', () => runs.length === 2);
  assert.equal(errors.length, 1);
  ask();
  await eventually('and again', () => runs.length === 3);
});
