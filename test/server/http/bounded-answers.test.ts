import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { boundedAnswers } from '#server/http/bounded-answers.ts';

const most = 16;

/** Node's own server, which has not ended its answer to `/stream`; how often somebody was closed, and a connection to it. */
async function scene(t: TestContext) {
  const onTooMany = t.mock.fn();
  const answers = boundedAnswers(most, onTooMany);
  const server = createServer({ ServerResponse: answers, requireHostHeader: true }, ({ url }, response) => {
    if (url === '/stream') response.write('first');
    else response.end('well');
  });
  server.maxRequestsPerSocket = 100;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  return { socket, closed: () => onTooMany.mock.callCount() };
}

const get = (path: string, more = 'Host: x\r\n') => `GET ${path} HTTP/1.1\r\n${more}\r\n`;

test('a few requests may be on their way, and any number after one another', async (t) => {
  const { socket, closed } = await scene(t);
  for (let i = 0; i < 3 * most; i++) {
    socket.write(get('/'));
    await once(socket, 'data');
  }
  socket.end(get('/').repeat(most));
  assert.equal((await text(socket)).match(/200 OK/g)?.length, most);
  assert.equal(closed(), 0);
});

for (const [what, requests] of [
  ['what it could have', get('/').repeat(500)],
  ['what has no host, which Node answers by itself', get('/', '').repeat(500)],
  ['something to be expected, which Node answers by itself', get('/', 'Host: x\r\nExpect: tea\r\n').repeat(500)],
] as const)
  test(`who asks on and on behind an answer that is not over is closed, and counted once: ${what}`, async (t) => {
    const { socket, closed } = await scene(t);
    socket.write(get('/stream') + requests);
    await once(socket.resume(), 'close');
    assert.equal(closed(), 1);
  });
