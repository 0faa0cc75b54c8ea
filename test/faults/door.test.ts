import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request as plainRequest } from 'undici';
import { kubeClient } from '#operator/cluster/client/client.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { anObject, event, flakyServer, list, watch } from '#test/operator/cluster/flaky-server.ts';
import { type Trouble, troubled } from './chance.ts';
import { type Door, door } from './door.ts';
import type { Broken, Call, Fault, WatchFault } from './fault.ts';

const things = '/apis/x/v1/things';

/** What a client meets that comes by a door. */

describe('a door to the API server', () => {
  let server: Awaited<ReturnType<typeof flakyServer>>;
  let way: Door;
  const answers: Parameters<typeof flakyServer>[0][number][] = [];
  beforeEach(async () => {
    answers.length = 0;
    server = await flakyServer(answers);
    way = await door({ server: { server: server.url, authorization: async () => 'Bearer admin' }, as: 'somebody' });
  });
  afterEach(async () => {
    await way.stop();
    await server.stop();
  });
  const client = () => kubeClient(way.config);

  test('lets requests through, as the user that it was told', async () => {
    answers.push((response, { authorization }, { headers }) =>
      response.end(JSON.stringify({ authorization, user: headers['impersonate-user'] })),
    );
    assert.deepEqual(await client().request('GET', things), { authorization: 'Bearer admin', user: 'somebody' });
    assert.deepEqual(
      way.calls.map(({ number, method, path }) => [number, method, path]),
      [[1, 'GET', things]],
    );
  });

  test('speaks HTTP/2 with the operator’s client, on one connection for requests and one for watches', async () => {
    answers.push(list(1, []), list(1, []), watch([], 'closed'), watch([], 'closed'));
    const { request, watch: events } = client();
    await Promise.all([request('GET', things), request('GET', things)]);
    await Promise.all([Array.fromAsync(events(things)), Array.fromAsync(events(things))]);
    assert.deepEqual(way.protocols, ['h2', 'h2']);
  });

  test('speaks HTTP/1.1 with whoever does not speak HTTP/2', async () => {
    answers.push(list(1, []));
    const dispatcher = new Agent({ allowH2: false, connect: { rejectUnauthorized: false } });
    const { statusCode } = await plainRequest(`${way.config.server}${things}`, { dispatcher });
    await dispatcher.close();
    assert.deepEqual([statusCode, way.protocols], [200, ['http/1.1']]);
  });

  for (const [fault, reached] of [
    [{ kind: 'ResetBefore', breaks: 'Connection' }, 0],
    [{ kind: 'ResetAfter', breaks: 'Connection' }, 1],
    [{ kind: 'HalfOpen', forMs: 20, breaks: 'Connection' }, 1],
    [{ kind: 'CrashBefore' }, 0],
    [{ kind: 'CrashAfter' }, 1],
  ] satisfies [Fault, number][])
    test(`${fault.kind} of the connection: no answer, and the server has seen ${reached} requests`, async () => {
      answers.push(list(1, []));
      way.setFate(() => fault);
      await assert.rejects(client().request('POST', things, { body: {} }), /other side closed|ECONNRESET/);
      assert.equal(server.calls.length, reached);
    });

  for (const [fault, reached] of [
    [{ kind: 'ResetBefore', breaks: 'Stream' }, 0],
    [{ kind: 'ResetAfter', breaks: 'Stream' }, 1],
    [{ kind: 'HalfOpen', forMs: 20, breaks: 'Stream' }, 1],
  ] satisfies [Fault, number][])
    test(`${fault.kind} of a request: the server has seen ${reached}, and the connection goes on`, async () => {
      answers.push(list(1, []), list(1, []));
      const { request } = client();
      way.setFate(({ method }) => (method === 'POST' ? fault : undefined));
      await assert.rejects(request('POST', things, { body: {} }), /NGHTTP2_INTERNAL_ERROR/);
      assert.equal(server.calls.length, reached);
      await request('GET', things);
      assert.deepEqual(way.protocols, ['h2']);
    });

  test('a connection that breaks breaks all that is under way on it', async () => {
    answers.push(() => undefined);
    const { request } = client();
    way.setFate(({ method }) => (method === 'POST' ? { kind: 'ResetBefore', breaks: 'Connection' } : undefined));
    const waiting = assert.rejects(request('GET', things));
    await eventually('the request is under way', () => server.calls.length === 1);
    await assert.rejects(request('POST', things, { body: {} }));
    await waiting;
  });

  test('sent away, a client is answered and goes on with another connection', async () => {
    answers.push(list(1, []), list(1, []));
    const { request } = client();
    way.setFate(({ number }) => (number === 1 ? { kind: 'GoAway' } : undefined));
    await request('GET', things);
    await request('GET', things);
    assert.deepEqual(way.protocols, ['h2', 'h2']);
  });

  test('tells nobody that the network is lost, if it is to be silent', async () => {
    answers.push(list(1, []), list(1, []));
    const { request } = client();
    await request('GET', things);
    way.silence();
    const waiting = request('GET', things);
    assert.equal(await Promise.race([waiting, sleep(100, 'nothing')]), 'nothing');
    way.open();
    await assert.rejects(waiting, /other side closed|ECONNRESET/);
    await request('GET', things);
    assert.equal(server.calls.length, 2);
  });

  test('refuses with Retry-After', async () => {
    way.setFate(() => ({ kind: 'Refused', status: 429, retryAfterSeconds: 2 }));
    await assert.rejects(client().request('GET', things), { status: 429, retryAfterMs: 2000 });
  });

  test('turns everybody away while it is shut, and not afterwards', async () => {
    answers.push(list(1, []));
    way.shut();
    await assert.rejects(client().request('GET', things));
    way.open();
    await client().request('GET', things);
    assert.deepEqual([way.calls.length, way.turnedAway()], [1, 1]);
  });

  test('ends watches that go on when it is shut', async () => {
    answers.push(watch([event('ADDED', anObject('a', 1))], 'open'));
    const seen: unknown[] = [];
    const watching = (async () => {
      for await (const { object } of client().watch<KubeObject>(things)) {
        seen.push(object);
        way.shut();
      }
    })();
    await assert.rejects(watching);
    assert.equal(seen.length, 1);
  });

  for (const [then, ends, breaks = 'Stream'] of [
    ['Closed', 'ADDED, end'],
    ['Reset', 'ADDED, Stream closed with error code NGHTTP2_INTERNAL_ERROR'],
    ['Silent', 'ADDED, Stream closed with error code NGHTTP2_INTERNAL_ERROR'],
    ['Reset', 'ADDED, read ECONNRESET', 'Connection'],
    ['Silent', 'ADDED, read ECONNRESET', 'Connection'],
    ['Expired', 'ADDED, ERROR, end'],
    ['Garbled', 'ADDED, a line of a watch could not be read: {"type":"MODIFIED","object":{"meta'],
    ['Repeated', 'ADDED, ADDED, DELETED, end'],
  ] as const satisfies [WatchFault['then'], string, Broken?][])
    test(`a watch: ${then}, of the ${breaks.toLowerCase()} if it breaks`, async () => {
      answers.push((response) => {
        response.writeHead(200).write(event('ADDED', anObject('a', 1)));
        setTimeout(() => response.end(event('DELETED', anObject('a', 2))), 700);
      });
      way.setFate(() => ({ kind: 'Watch', afterMs: 250, then, silentMs: 20, breaks }));
      const seen: string[] = [];
      try {
        for await (const { type } of client().watch(things)) seen.push(type);
        seen.push('end');
      } catch (error) {
        seen.push((error as Error).message);
      }
      assert.equal(seen.join(', '), ends);
    });
});

describe('faults by a seed', () => {
  const trouble: Trouble = { requests: 0.5, watches: 0.5, longestMs: 100, watchLifeMs: 100 };
  const call = (path: string, isWatch = false): Call => ({
    number: 1,
    atMs: 0,
    method: 'GET',
    path,
    query: new URLSearchParams(),
    isWatch,
    body: '',
  });
  const paths = Array.from({ length: 40 }, (_, index) => `/a/${index % 10}`);
  const met = (seed: number, order: readonly string[]) => {
    const fate = troubled(seed, trouble);
    return Object.groupBy(
      order.map((path) => ({ path, fault: fate(call(path)) })),
      ({ path }) => path,
    );
  };

  test('are the same for the same seed, in whatever order the requests come', () => {
    const [there, back] = [met(1, paths), met(1, paths.toReversed())];
    for (const path of paths) assert.deepEqual(there[path], back[path]);
  });

  test('are others for another seed', () => {
    assert.notDeepEqual(met(1, paths), met(2, paths));
  });

  test('do not depend on the hash in a pod’s name', () => {
    const [one, other] = ['bcdfg', '2h4kl'].map((hash) => {
      const fate = troubled(7, trouble);
      return paths.map(() => fate(call(`/api/v1/namespaces/x/pods/keynote-origin-${hash}`)));
    });
    assert.deepEqual(one, other);
  });
});
