import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connection, keepConnected, type State } from '#server/http/pages/keep-connected.js';
import { Refusal } from '#server/http/pages/signalling.js';

type Attempt = () => Promise<Connection>;

/** Plays the attempts in order, then stops, and tells what was shown, paused for, asked and closed. */
async function played(attempts: readonly Attempt[]) {
  const stopped = new AbortController();
  const log: string[] = [];
  const left = [...attempts];
  const afterEach = () => {
    if (left.length === 0) stopped.abort();
  };
  await keepConnected(
    {
      connect: async () => {
        const attempt = left.shift();
        assert.ok(attempt);
        const connection = await attempt();
        return { ...connection, close: async () => void log.push('closed') };
      },
      show: ({ name, detail }: State) => void log.push(detail === '' ? name : `${name}: ${detail}`),
      askToken: async () => {
        log.push('asked');
        afterEach();
      },
      pause: async (ms: number) => {
        log.push(`paused ${ms}`);
        afterEach();
      },
      random: () => 0,
    },
    stopped.signal,
  );
  return log;
}

const fails = (error: Error) => () => Promise.reject(error);
const ends = (reason: string) => async () => ({ ended: Promise.resolve(new Error(reason)), close: async () => {} });

test('a session that ends is closed, and taken up again by itself', async () => {
  assert.deepEqual(await played([ends('lost'), ends('lost again')]), [
    ...['connecting', 'live', 'closed', 'reconnecting: lost', 'paused 500'],
    ...['connecting', 'live', 'closed', 'reconnecting: lost again', 'paused 500'],
  ]);
});

test('failures in a row wait longer and longer, until one attempt succeeds', async () => {
  const log = await played([
    fails(new Error('down')),
    fails(new Error('down')),
    ends('lost'),
    fails(new Error('down')),
  ]);
  assert.deepEqual(
    log.filter((line) => line.startsWith('paused')),
    ['paused 500', 'paused 1000', 'paused 500', 'paused 1000'],
  );
});

test('while nobody publishes it waits as long as the server says', async () => {
  const nobody = fails(new Refusal(409, 'Nobody publishes', 2000));
  assert.deepEqual(await played([nobody, nobody]), [
    ...['connecting', 'waiting: Nobody publishes', 'paused 2000'],
    ...['connecting', 'waiting: Nobody publishes', 'paused 2000'],
  ]);
});

test('a wrong token is asked for, and the answer tried', async () => {
  const log = await played([fails(new Refusal(401, 'Wrong token', undefined, true)), ends('lost')]);
  assert.deepEqual(log.slice(0, 5), [
    'connecting',
    'token: That token does not fit. Check that nothing of it is missing: publishing and watching have one each.',
    'asked',
    'connecting',
    'live',
  ]);
});

test('what cannot succeed waits for a person', async () => {
  const log = await played([fails(new Refusal(400, 'Bad offer', undefined))]);
  assert.deepEqual(log, ['connecting', 'refused: Bad offer', 'paused Infinity']);
});

test('stopping closes the session and shows nothing more', async () => {
  const stopped = new AbortController();
  const log: string[] = [];
  const never = new Promise<Error>(() => {});
  const done = keepConnected(
    {
      connect: async () => ({ ended: never, close: async () => void log.push('closed') }),
      show: ({ name }) => {
        log.push(name);
        if (name === 'live') queueMicrotask(() => stopped.abort());
      },
      askToken: async () => assert.fail('asked'),
      pause: async () => assert.fail('paused'),
      random: () => 0,
    },
    stopped.signal,
  );
  await done;
  assert.deepEqual(log, ['connecting', 'live', 'closed']);
});

test('stopping while connecting closes what came of it', async () => {
  const stopped = new AbortController();
  const log: string[] = [];
  await keepConnected(
    {
      connect: async () => {
        stopped.abort();
        return { ended: new Promise<Error>(() => {}), close: async () => void log.push('closed') };
      },
      show: ({ name }) => void log.push(name),
      askToken: async () => assert.fail('asked'),
      pause: async () => assert.fail('paused'),
      random: () => 0,
    },
    stopped.signal,
  );
  assert.deepEqual(log, ['connecting', 'closed']);
});
