import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { limitConnections } from '#server/http/connections.ts';
import { eventually } from '#test/harness/eventually.ts';

const most = 8;

/** Node's own server, which has not ended its answer to `/stream`, as that of events; and what was refused. */
async function server(t: TestContext) {
  const connectionRefused = t.mock.fn();
  const on = createServer(({ url }, response) => {
    if (url === '/stream') response.write('first');
    else response.end('well');
  });
  limitConnections(on, { most, meter: { connectionRefused } });
  on.listen(0, '127.0.0.1');
  await once(on, 'listening');
  t.after(() => on.close().closeAllConnections());
  const silent = () => connect((on.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  const opened = async (bytes: string): Promise<Socket> => {
    const socket = silent();
    socket.resume().write(bytes);
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    return socket;
  };
  return { silent, opened, refused: connectionRefused.mock.callCount.bind(connectionRefused.mock) };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const isThere = ({ destroyed, readableEnded }: Socket) => !destroyed && !readableEnded;

test('connections on which nothing is asked any more make room for others, and a stream is left alone', async (t) => {
  const { opened, refused } = await server(t);
  const stream = await opened(get('/stream'));
  const waiting: Socket[] = [];
  for (let i = 0; i < 3 * most; i++) {
    waiting.push(await opened(get('/')));
  }
  assert.equal(refused(), 0);
  await eventually('most have been closed', () => waiting.filter(isThere).length < most);
  assert.ok(isThere(stream));
});

test('where it is crowded an answer says that it is the last on its connection', async (t) => {
  const { silent, opened } = await server(t);
  for (let i = 0; i < 0.75 * most; i++) await opened(get('/stream'));
  const last = silent();
  last.write(get('/'));
  assert.match(await text(last), /^connection: close\r\n.*well$/ims);
});

test('connections on which nothing was ever asked make room, after those that wait for more to be asked', async (t) => {
  const { silent, opened, refused } = await server(t);
  const stream = await opened(get('/stream'));
  const waiting = await opened(get('/'));
  const attacker: Socket[] = [];
  for (let i = 0; i < 3 * most; i++) {
    const socket = silent().resume();
    await once(socket, 'connect');
    attacker.push(socket);
    if (i === most / 2) await eventually('who waits is closed first', () => !isThere(waiting));
    if (i === most / 2) assert.ok(attacker.every(isThere));
  }
  await eventually('most are closed', () => attacker.filter(isThere).length < most);
  assert.ok((await opened(get('/'))).bytesRead > 0, 'who asks is answered');
  assert.ok(isThere(stream));
  assert.equal(refused(), 0);
});

test('who has just come has time to ask, though others come meanwhile and streams have most places', async (t) => {
  const { silent, opened } = await server(t);
  for (let i = 0; i < most - 3; i++) await opened(get('/stream'));
  const fresh = silent();
  await once(fresh, 'connect');
  await once(silent(), 'connect');
  fresh.write(get('/'));
  assert.match(await text(fresh), /well$/);
});

test('where an answer is under way on all, another is closed and counted; who leaves makes room', async (t) => {
  const { opened, refused } = await server(t);
  const streams: Socket[] = [];
  for (let i = 0; i < most; i++) streams.push(await opened(get('/stream')));
  const other = await opened(get('/'));
  assert.deepEqual([other.bytesRead, refused()], [0, 1]);
  assert.ok(streams.every(isThere));
  streams[0]?.destroy();
  await eventually('there is room', async () => (await opened(get('/'))).bytesRead > 0);
});
