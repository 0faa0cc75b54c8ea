import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { FrontDoorOptions } from '#local/node/front-door.ts';
import { roomsDoor } from '#local/rooms-door.ts';
import { type OpenDoor, openDoor } from './open-door.ts';

/** The base URL of a front door to a pod that treats its connections like this. */
async function doorTo(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const { base, close } = await openDoor({ onConnection });
  t.after(close);
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
  const answer = await fetch(`${base}/`);
  assert.equal(answer.headers.get('retry-after'), null);
  assert.deepEqual(await answer.json(), {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'Paths here are /{namespace}/{service}/…',
  });
});

test('a Service without a ready pod is told as a problem that may be over in a second', async (t) => {
  const answer = await fetch(`${await doorTo(t, (socket) => socket.destroy())}/space/podless/`);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '1');
});

/** As a browser would ask that takes `host` for a name of this machine; fetch sets the header itself. */
async function asked(url: string, headers: Readonly<Record<string, string>>) {
  const [answer] = await once(request(url, { headers }).end(), 'response');
  return { status: answer.statusCode, body: await text(answer) };
}

describe('the front door of rooms', () => {
  const make = (options: FrontDoorOptions) => roomsDoor(options, join(import.meta.dirname, '../../..'));
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
  let door: OpenDoor;
  before(async () => {
    door = await openDoor({ make });
  });
  after(() => door.close());

  test('lists them at its root, as a page with all files that it names', async () => {
    const page = await fetch(`${door.base}/?again`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; (?!.*script-src).*frame-ancestors 'none'/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    const html = await page.text();
    assert.match(html, /href="\/space\/keynote\/publish".*href="\/space\/unmade\/"/s);
    const files = [...html.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, file = '']) => file);
    assert.equal(files.length, 2);
    for (const file of files) assert.equal((await fetch(door.base + file)).status, 200, file);
  });

  test('tells a client in a problem, and a browser by its page, that there is no such room', async () => {
    for (const headers of [{}, { accept }]) {
      const answer = await fetch(`${door.base}/space/nobody/`, { headers });
      assert.equal(answer.status, 404);
      assert.equal(answer.headers.get('content-type')?.startsWith('text/html'), 'accept' in headers);
      assert.match(await answer.text(), /There is no room space\/nobody\./);
    }
  });

  test('says of a room that has no Service yet that it is not Ready, and when to try again', async () => {
    const answer = await fetch(`${door.base}/space/unmade/whip`, { method: 'POST', body: 'v=0' });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.match(await answer.text(), /Room space\/unmade is not Ready\. The operator is starting\./);
  });

  test('tells whoever would publish to its root where to', async () => {
    const answer = await fetch(door.base, { method: 'POST', headers: { accept }, body: 'v=0' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
    assert.match(await answer.text(), /lists the rooms, to GET\. Publish to \/{namespace}\/{room}\/whip\./);
  });

  test('shows its page by an address or as localhost alone: another name may be a stranger’s that leads here', async () => {
    const { port } = new URL(door.base);
    for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`, 'LOCALHOST', 'live.localhost'])
      assert.equal((await asked(door.base, { host })).status, 200, host);
    for (const host of [
      'evil.example',
      `localhost.evil.example:${port}`,
      'evil.example:@127.0.0.1',
      '1.evil.example',
    ]) {
      const { status, body } = await asked(door.base, { host, accept });
      assert.equal(status, 421, host);
      assert.doesNotMatch(body, /keynote/);
      const lost = await asked(`${door.base}/space/unmade/`, { host, accept });
      assert.doesNotMatch(lost.body, /keynote|The operator is starting/, host);
    }
  });

  test('tells pages of other origins that a room is not Ready, and not why', async () => {
    const told = async (origin?: string) => {
      const headers = origin === undefined ? {} : { origin };
      const answer = await fetch(`${door.base}/space/unmade/whip`, { method: 'POST', body: 'v=0', headers });
      assert.equal(answer.status, 503);
      return ((await answer.json()) as { detail: string }).detail;
    };
    const why = 'Room space/unmade is not Ready. The operator is starting.';
    for (const origin of [undefined, door.base]) assert.equal(await told(origin), why);
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'null'])
      assert.equal(await told(origin), 'Room space/unmade is not Ready. / says why.');
  });

  test('asks the API server once, whatever comes, and never for a Secret', async () => {
    for (let i = 0; i < 20; i++) await fetch(`${door.base}/space/nobody/whip`, { method: 'POST', headers: { accept } });
    const asked = ['/api/v1/services', '/apis/liveroom.dev/v1alpha1/liverooms'];
    assert.deepEqual(door.asked.toSorted(), asked);
  });

  describe('while the API server does not say which rooms there are', () => {
    let ill: OpenDoor;
    before(async () => {
      const rooms = { status: 500, body: { kind: 'Status', message: 'etcdserver: request timed out' } };
      ill = await openDoor({ make, rooms });
    });
    after(() => ill.close());

    test('says that at its root, by a page that looks again, and the cause in the log only', async () => {
      const page = await fetch(ill.base);
      assert.equal(page.status, 503);
      const html = await page.text();
      assert.match(html, /The list of rooms is not to be had now\./);
      assert.match(html, /http-equiv="refresh"/);
      assert.doesNotMatch(html, /There is no room|etcdserver|\/apis\//);
      assert.match(ill.logged.join('\n'), /etcdserver: request timed out/);
    });
    test('says of any other path what it knows without the list', async () => {
      const said = async (path: string) => {
        const answer = await fetch(ill.base + path, { method: 'POST' });
        return `${answer.status} ${((await answer.json()) as { detail: string }).detail}`;
      };
      assert.match(await said('/x'), /^404 There is nothing at \/x\./);
      assert.equal(await said('/space/nobody/whip'), '404 There is no Service space/nobody.');
      assert.match(await said('/space/podless/whip'), /^503 No pod of Service space\/podless is ready/);
    });
  });

  test('has no rooms before their kind is there', async (t) => {
    const { base, logged, close } = await openDoor({ make, rooms: { status: 404, body: { message: 'no such page' } } });
    t.after(close);
    const page = await fetch(base);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /There is no room\./);
    assert.match(await (await fetch(`${base}/space/nobody/`)).text(), /There is no room space\/nobody\./);
    assert.doesNotMatch(logged.join('\n'), /no such page/);
  });
});
