import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
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
  const opened = async (bytes: string): Promise<Socket> => {
    const socket = connect((on.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    socket.resume().write(bytes);
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    return socket;
  };
  return { opened, refused: connectionRefused.mock.callCount.bind(connectionRefused.mock) };
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
  assert.deepEqual(waiting.slice(-2).map(isThere), [true, true], 'who came last');
});

test('where an answer is under way on all, another is closed and counted; who leaves makes room', async (t) => {
  const { opened, refused } = await server(t);
  const streams = await Promise.all(Array.from({ length: most }, () => opened(get('/stream'))));
  const other = await opened(get('/'));
  assert.deepEqual([other.bytesRead, refused()], [0, 1]);
  assert.ok(streams.every(isThere));
  streams[0]?.destroy();
  await eventually('there is room', async () => (await opened(get('/'))).bytesRead > 0);
});
