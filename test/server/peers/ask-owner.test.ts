import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { askOwner } from '#server/peers/ask-owner.ts';
import { eventually } from '#test/harness/eventually.ts';
import { fakeClock } from '../fake-clock.ts';

const question = { method: 'GET', headers: {}, body: undefined };

/** Somebody who takes connections, and what is asked there. */
async function listening(t: TestContext, onConnection: (socket: Socket) => void) {
  const server: Server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const at = server.address();
  assert.ok(at !== null && typeof at === 'object');
  const clock = fakeClock();
  const owner = { address: '127.0.0.1', port: at.port, pod: '' };
  return { clock, server, ask: () => askOwner(owner, question, { clock, left: new AbortController().signal }) };
}

test('an owner that took the connection and is silent has timed out, and is known to be there', async (t) => {
  let asked = '';
  const { clock, ask } = await listening(t, (socket) =>
    socket.on('data', (data) => {
      asked += data.toString();
    }),
  );
  const answer = ask();
  await eventually('it is asked', () => asked.includes('GET'));
  clock.advance(20_000);
  assert.deepEqual(await answer, { result: 'TimedOut', isConnected: true });
  assert.equal(clock.pending(), 0);
});

test('one that lets go of the connection cannot be reached, and is known to be there', async (t) => {
  const { ask } = await listening(t, (socket) => socket.once('data', () => socket.destroy()));
  assert.deepEqual(await ask(), { result: 'Unreachable', isConnected: true });
});

test('one that is not connected with in time has timed out, and may be there or not', async (t) => {
  const { clock, ask } = await listening(t, () => undefined);
  const answer = ask();
  clock.advance(2000);
  assert.deepEqual(await answer, { result: 'TimedOut', isConnected: false });
});

test('where nothing listens it is gone', async (t) => {
  const { server, ask } = await listening(t, () => undefined);
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await ask(), { result: 'Gone' });
});
