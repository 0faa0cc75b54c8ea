import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  chooseLayer,
  deleteSession,
  offerRefused,
  postOffer,
  Refusal,
  retryAfterMs,
} from '#server/http/pages/signalling.js';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events/keynote/whip`;
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const refusalOf = (url: string) =>
  postOffer(url, 'abc', 'v=0').then(
    () => assert.fail('it was accepted'),
    (error: unknown) => error,
  );

test('an offer is posted with its token, and the session URL is resolved against the endpoint', async (t) => {
  const seen: unknown[] = [];
  const url = await serve(t, async (request, response) => {
    seen.push(request.headers['content-type'], request.headers.authorization, await text(request));
    response.writeHead(201, { 'content-type': 'application/sdp', location: 'whip/session-1' }).end('the answer');
  });
  const { answer, session, events } = await postOffer(url, 'abc', 'v=0');
  assert.deepEqual(seen, ['application/sdp', 'Bearer abc', 'v=0']);
  assert.equal(answer, 'the answer');
  assert.equal(session, `${url}/session-1`);
  assert.equal(events, undefined, 'there is no Link');
});

test('a layer is asked for by its name, or by none, and a refusal is in words', async (t) => {
  const seen: unknown[] = [];
  const url = await serve(t, async (request, response) => {
    const asked = await text(request);
    seen.push([request.headers['content-type'], request.headers.authorization, asked]);
    const problem = { 'content-type': 'application/problem+json' };
    if (asked.includes('x')) response.writeHead(422, problem).end('{"detail":"The publisher sends l, h."}');
    else response.writeHead(200).end();
  });
  await chooseLayer(url, 'abc', 'h');
  await chooseLayer(url, undefined, undefined);
  await assert.rejects(chooseLayer(url, 'abc', 'x'), { name: 'Refusal', message: 'The publisher sends l, h.' });
  assert.deepEqual(seen.slice(0, 2), [
    ['application/json', 'Bearer abc', '{"rid":"h"}'],
    ['application/json', undefined, '{}'],
  ]);
});

test('without a token there is no Authorization header', async (t) => {
  const url = await serve(t, (request, response) => {
    response.writeHead(201, { location: `/has-${request.headers.authorization}` }).end();
  });
  assert.match((await postOffer(url, undefined, 'v=0')).session, /has-undefined$/);
});

test('a refusal carries the detail of the problem and the time to wait', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(409, { 'content-type': 'application/problem+json; charset=utf-8', 'retry-after': '3' });
    response.end(JSON.stringify({ title: 'Conflict', detail: 'Nobody publishes here yet' }));
  });
  const error = await refusalOf(url);
  assert.ok(error instanceof Refusal);
  assert.deepEqual([error.status, error.message, error.retryAfterMs], [409, 'Nobody publishes here yet', 3000]);
});

test('a refused token is known from none', async (t) => {
  const url = await serve(t, (_, response) => void response.writeHead(401).end());
  const bare = await postOffer(url, undefined, 'v=0').catch((error: unknown) => error);
  const wrong = await refusalOf(url);
  assert.ok(bare instanceof Refusal && wrong instanceof Refusal);
  assert.deepEqual([bare.hadToken, wrong.hadToken], [false, true]);
});

test('only a refusal of the offer is said in other words', () => {
  const words = (detail: string) => `${detail} in other words`;
  for (const status of [406, 422]) {
    const said = offerRefused(new Refusal(status, 'No', undefined), words);
    assert.ok(said instanceof Refusal && said.status === status);
    assert.equal(said.message, 'No in other words');
  }
  for (const other of [new Refusal(409, 'No', 1000), new Error('down')])
    assert.equal(offerRefused(other, words), other);
});

test('a refusal by something else than our server is told by its status', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(502, 'Bad Gateway', { 'content-type': 'text/html' }).end('<h1>oops</h1>');
  });
  const error = await refusalOf(url);
  assert.ok(error instanceof Refusal);
  assert.equal(error.message, 'The server answered 502 Bad Gateway');
});

test('a problem that is not JSON after all does not hide the refusal', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"detail":');
  });
  const error = await refusalOf(url);
  assert.ok(error instanceof Refusal);
  assert.equal(error.status, 503);
});

test('an answer without a session URL is refused: nobody could end that session', async (t) => {
  const url = await serve(t, (_, response) => void response.writeHead(201).end('v=0'));
  assert.ok((await refusalOf(url)) instanceof Refusal);
});

test('no server is told in words', async (t) => {
  const url = await serve(t, (request) => void request.socket.destroy());
  const error = await refusalOf(url);
  assert.ok(error instanceof Error && !(error instanceof Refusal));
  assert.equal(error.message, 'The server cannot be reached');
});

test('a session is deleted with its token, and a server that is gone is no error', async (t) => {
  const seen: unknown[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(request.method, request.headers.authorization);
    response.writeHead(200).end();
  });
  await deleteSession(url, 'abc');
  await deleteSession('http://127.0.0.1:1/none', 'abc');
  assert.deepEqual(seen, ['DELETE', 'Bearer abc']);
});

test('Retry-After is read as seconds or as a date', () => {
  const now = Date.parse('2026-11-02T10:00:00Z');
  assert.equal(retryAfterMs('5', now), 5000);
  assert.equal(retryAfterMs(' 0 ', now), 0);
  assert.equal(retryAfterMs('Mon, 02 Nov 2026 10:00:30 GMT', now), 30_000);
  assert.equal(retryAfterMs('Mon, 02 Nov 2026 09:00:00 GMT', now), 0);
  assert.equal(retryAfterMs('soon', now), undefined);
  assert.equal(retryAfterMs('', now), undefined);
  assert.equal(retryAfterMs(null, now), undefined);
});
