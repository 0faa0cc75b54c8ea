import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { unreadable } from '#server/http/unreadable.ts';
import { type Meter, meterOf } from '#server/meter.ts';
import { eventually } from '#test/harness/eventually.ts';
import { running, stageAndOpen } from '../running.ts';

const well: RequestListener = (_, response) => void response.end('well');
const impatient = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 10 };

/** Node's own server, and what is counted of it. */
async function server(t: TestContext, answers = well, waits: ServerOptions = {}) {
  const counted: unknown[] = [];
  const meter: Partial<Meter> = {
    unread: (status) => void counted.push(status),
    refused: (reason) => void counted.push(reason),
  };
  const { watch, answer } = unreadable(meterOf([meter]));
  const on: Server = createServer(waits, answers).on('clientError', answer);
  watch(on);
  on.listen(0, '127.0.0.1');
  await once(on, 'listening');
  t.after(() => on.close());
  /** All that is answered until the connection ends. Something else may be sent when the first was answered. */
  const answerTo = (bytes: string, then = '') => {
    const socket = connect((on.address() as AddressInfo).port, '127.0.0.1');
    socket.write(bytes);
    socket.once('readable', () => then !== '' && socket.write(then));
    return text(socket);
  };
  return { counted, answerTo };
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n';

/** Says what was answered, and that it is a problem. */
function problemIn(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  assert.match(head, /^content-type: application\/problem\+json$/im);
  assert.match(head, /^access-control-allow-origin: \*$/im);
  assert.match(head, new RegExp(`^content-length: ${body.length}$`, 'im'));
  const { type, status, detail } = JSON.parse(body);
  assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
  return { type, detail };
}

test('what is no request is answered with a problem, which pages of other origins can read, and counted', async (t) => {
  const { counted, answerTo } = await server(t);
  const { type, detail } = problemIn(await answerTo('what is this?\r\n\r\n'));
  assert.equal(type, 'urn:liveroom:problem:bad-request');
  assert.match(detail, /INVALID_METHOD/);
  assert.deepEqual(counted, ['BadRequest', 400]);
});

test('so is a head that is too large', async (t) => {
  const { counted, answerTo } = await server(t);
  const { type, detail } = problemIn(await answerTo(`${get}X: ${'x'.repeat(16_384)}\r\n\r\n`));
  assert.equal(type, 'urn:liveroom:problem:head-too-large');
  assert.match(detail, /at most 16384 bytes/);
  assert.deepEqual(counted, ['HeadTooLarge', 431]);
});

describe('after a while', { concurrency: true }, () => {
  test('a head without an end is answered so, too', async (t) => {
    const { counted, answerTo } = await server(t, well, impatient);
    assert.equal(problemIn(await answerTo(get)).type, 'urn:liveroom:problem:too-slow');
    assert.deepEqual(counted, ['TooSlow', 408]);
  });

  test('a body without an end is, and is no second request', async (t) => {
    const { counted, answerTo } = await server(t, () => undefined, impatient);
    const answer = await answerTo(`${get}Content-Length: 9\r\n\r\nhalf`);
    assert.equal(problemIn(answer).type, 'urn:liveroom:problem:too-slow');
    assert.deepEqual(counted, ['TooSlow']);
  });

  test('who has connected and asked nothing is told nothing, nor counted', async (t) => {
    const { counted, answerTo } = await server(t, well, impatient);
    assert.equal(await answerTo(''), '');
    assert.deepEqual(counted, []);
  });
});

test('nothing is said in the middle of an answer: only the connection ends', async (t) => {
  const { counted, answerTo } = await server(t, (_, response) => void response.write('a stream'));
  const told = await answerTo(`${get}\r\n`, 'what is this?\r\n\r\n');
  assert.match(told, /^HTTP\/1\.1 200 OK.*a stream/s);
  assert.ok(!told.includes('400'));
  assert.deepEqual(counted, []);
});

test('after an answer it is said on the same connection', async (t) => {
  const { counted, answerTo } = await server(t);
  const told = await answerTo(`${get}\r\n`, 'what is this?\r\n\r\n');
  assert.match(told, /^HTTP\/1\.1 200 OK.*wellHTTP\/1\.1 400 Bad Request/s);
  assert.deepEqual(counted, ['BadRequest', 400]);
});

test('a whole server counts a body that breaks off as answered, under its path, and as refused once', async (t) => {
  const at = await running(stageAndOpen);
  t.after(() => at.stop());
  const socket = connect(at.server.local.http.port, '127.0.0.1');
  const head = 'POST /default/open/whip HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n';
  socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\nv\r\nno length\r\n`);
  assert.equal(problemIn(await text(socket)).type, 'urn:liveroom:problem:bad-request');
  const asked = (code: number) => at.metric(`live_http_requests_total{route="whip",method="POST",code="${code}"}`);
  await eventually('it is counted', async () => ((await asked(400)) ?? (await asked(499))) !== undefined);
  assert.deepEqual([await asked(400), await asked(499)], [1, undefined]);
  assert.equal(await at.metric('live_requests_refused_total{reason="BadRequest"}'), 1);
});

test('a whole server counts what is no request, and has no time for it', async (t) => {
  const at = await running(stageAndOpen);
  t.after(() => at.stop());
  const socket = connect(at.server.local.http.port, '127.0.0.1');
  socket.write('what is this?\r\n\r\n');
  await text(socket);
  assert.equal(await at.metric('live_http_requests_total{route="other",method="other",code="400"}'), 1);
  assert.equal(await at.metric('live_http_request_duration_seconds_count{route="other",method="other"}'), undefined);
});

test('requests above a thousand on one connection are counted as refused', async (t) => {
  const at = await running(stageAndOpen);
  t.after(() => at.stop());
  const socket = connect(at.server.local.http.port, '127.0.0.1').on('error', () => undefined);
  t.after(() => socket.destroy());
  socket.resume().write('GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1100));
  await eventually(
    'some are',
    async () => ((await at.metric('live_requests_refused_total{reason="TooMany"}')) ?? 0) > 0,
  );
});
