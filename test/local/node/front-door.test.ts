import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHTTPServer, request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { type FrontDoor, type FrontDoorOptions, frontDoor } from '#local/node/front-door.ts';
import { roomsDoor } from '#local/rooms-door.ts';
import { portOf } from '#local/sockets.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aContainer, seenPod } from './seen-pod.ts';

const metadata = { name: 'keynote', namespace: 'space', uid: 's', resourceVersion: '1' };

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** An API server that knows one Service, whose pod listens on this port, and two rooms. */
async function apiServer(podPort: number) {
  const spec = { selector: { app: 'live' }, ports: [{ name: 'http', port: podPort }] };
  const services = [{ apiVersion: 'v1', kind: 'Service', metadata, spec }];
  const rooms = [{ metadata }, { metadata: { ...metadata, name: 'unmade' } }];
  return await listening(
    createHTTPServer((incoming, response) => {
      response.setHeader('content-type', 'application/json');
      // A watch without news.
      if (incoming.url?.includes('watch=')) response.flushHeaders();
      else {
        const items = incoming.url?.includes('/liverooms') ? rooms : services;
        response.end(JSON.stringify({ kind: 'List', metadata: { resourceVersion: '1' }, items }));
      }
    }),
  );
}

/** The base URL of a front door to a pod that treats its connections like this. */
async function doorTo(
  t: TestContext,
  onConnection: (socket: Socket) => void,
  make: (options: FrontDoorOptions) => FrontDoor = frontDoor,
): Promise<string> {
  const podServer = await listening(createServer({ allowHalfOpen: true }, onConnection));
  const api = await apiServer(portOf(podServer));
  const client = kubeClient({ server: `http://127.0.0.1:${portOf(api)}` });
  const seen = seenPod({ containers: [aContainer('main')] }, { name: 'a' });
  const pod = { ...seen, status: { podIP: '127.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] } };
  const door = make({ client, pods: () => [pod], log: () => {} });
  await listening(door.server);
  t.after(async () => {
    door.close();
    podServer.close();
    api.closeAllConnections();
    api.close();
    await client.close();
  });
  const base = `http://127.0.0.1:${portOf(door.server)}`;
  await eventually('the Service is known', async () => (await fetch(`${base}/space/keynote/`)).status !== 404);
  return base;
}

const refusal = 'HTTP/1.1 413 Payload Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large';

/** Sends so many bytes and returns the answer, read after everything is sent, as some clients do. */
async function post(url: string, bytes: number) {
  const outgoing = request(url, { method: 'POST', headers: { 'content-length': bytes } });
  const answered = once(outgoing, 'response');
  outgoing.end(Buffer.alloc(bytes));
  const [answer] = await answered;
  return { status: answer.statusCode, body: await text(answer) };
}

test('the early answer of a pod that closes before it has read everything is passed on', async (t) => {
  const base = await doorTo(t, (socket) => {
    socket.on('error', () => {});
    // The rest is never read: the kernel resets the connection, and writing to it fails.
    socket.once('data', () => {
      socket.pause();
      socket.write(refusal, () => socket.destroy());
    });
  });
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await post(`${base}/space/keynote/whip`, 3_000_000), { status: 413, body: 'too large' });
  }
});

test('a pod that closes without an answer is a bad gateway, told as a problem with a title', async (t) => {
  const base = await doorTo(t, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.destroy());
  });
  const { status, body } = await post(`${base}/space/keynote/whip`, 3_000_000);
  const { title, detail } = JSON.parse(body);
  assert.deepEqual({ status, title }, { status: 502, title: 'Bad Gateway' });
  assert.match(detail, /^Pod a did not answer: [^.]+\.$/);
});

test('a path that leads nowhere is told as a problem with a title', async (t) => {
  const base = await doorTo(t, (socket) => socket.destroy());
  const problem = await (await fetch(`${base}/`)).json();
  assert.deepEqual(problem, {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'Paths here are /{namespace}/{service}/…',
  });
});

describe('the front door of rooms', () => {
  const root = join(import.meta.dirname, '../../..');
  const door = (t: TestContext) =>
    doorTo(
      t,
      (socket) => socket.destroy(),
      (options) => roomsDoor(options, root),
    );
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';

  test('lists them at its root, as a page with all files that it names', async (t) => {
    const base = await door(t);
    const page = await fetch(`${base}/?again`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; (?!.*script-src).*frame-ancestors 'none'/,
    );
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    const html = await page.text();
    assert.match(html, /href="\/space\/keynote\/publish".*href="\/space\/unmade\/"/s);
    const files = [...html.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, file = '']) => file);
    assert.equal(files.length, 2);
    for (const file of files) assert.equal((await fetch(base + file)).status, 200, file);
  });

  test('tells a client in a problem, and a browser by its page, that there is no such room', async (t) => {
    const base = await door(t);
    for (const headers of [{}, { accept }]) {
      const answer = await fetch(`${base}/space/nobody/`, { headers });
      assert.equal(answer.status, 404);
      assert.equal(answer.headers.get('content-type')?.startsWith('text/html'), 'accept' in headers);
      assert.match(await answer.text(), /There is no room space\/nobody\./);
    }
    assert.equal((await fetch(base, { method: 'POST', headers: { accept } })).status, 404);
  });

  test('says of a room that has no Service yet that it is not Ready, and when to try again', async (t) => {
    const answer = await fetch(`${await door(t)}/space/unmade/whip`, { method: 'POST', body: 'v=0' });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.match(await answer.text(), /Room space\/unmade is not Ready\. The operator is starting\./);
  });

  test('says so when the API server is away', async (t) => {
    const client = kubeClient({ server: 'http://127.0.0.1:1' });
    const alone = roomsDoor({ client, pods: () => [], log: () => {} }, root);
    await listening(alone.server);
    t.after(async () => {
      alone.close();
      await client.close();
    });
    const answer = await fetch(`http://127.0.0.1:${portOf(alone.server)}/`);
    assert.equal(answer.status, 502);
    assert.match(await answer.text(), /The API server does not say which rooms there are: /);
  });
});
