import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { bundles } from '#server/media/bundles.ts';

function recorder() {
  const posted: (readonly number[])[] = [];
  return { posted, ...bundles<number>((messages) => posted.push(messages)) };
}

test('what one step says to another thread goes together, in its order', async () => {
  const { posted, add } = recorder();
  for (const message of [1, 2, 3]) add(message);
  assert.deepEqual(posted, []);
  await turn();
  add(4);
  await turn();
  assert.deepEqual(posted, [[1, 2, 3], [4]]);
});

test('who is about to sleep sends what there is, and nothing twice', async () => {
  const { posted, add, send } = recorder();
  send();
  add(1);
  send();
  await turn();
  assert.deepEqual(posted, [[1]]);
});

test('the first does not wait for the last of a crowd', () => {
  const { posted, add } = recorder();
  for (let message = 0; message < 40; message++) add(message);
  assert.deepEqual(
    posted.map(({ length }) => length),
    [16, 16],
  );
});
