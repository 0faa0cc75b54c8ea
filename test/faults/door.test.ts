import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { kubeClient } from '#operator/cluster/client.ts';
import type { KubeObject } from '#operator/kube.ts';
import { anObject, event, flakyServer, list, watch } from '#test/operator/flaky-server.ts';
import { type Trouble, troubled } from './chance.ts';
import { type Door, door } from './door.ts';
import type { Call, Fault } from './fault.ts';

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

  for (const [fault, reached] of [
    [{ kind: 'ResetBefore' }, 0],
    [{ kind: 'ResetAfter' }, 1],
    [{ kind: 'HalfOpen', forMs: 20 }, 1],
    [{ kind: 'CrashBefore' }, 0],
    [{ kind: 'CrashAfter' }, 1],
  ] satisfies [Fault, number][])
    test(`${fault.kind}: no answer, and the server has seen ${reached} requests`, async () => {
      answers.push(list(1, []));
      way.setFate(() => fault);
      await assert.rejects(client().request('POST', things, { body: {} }), /other side closed|ECONNRESET/);
      assert.equal(server.calls.length, reached);
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

  for (const [then, ends] of [
    ['Closed', 'ADDED, end'],
    ['Reset', 'ADDED, read ECONNRESET'],
    ['Silent', 'ADDED, read ECONNRESET'],
    ['Expired', 'ADDED, ERROR, end'],
    ['Garbled', 'ADDED, a line of a watch could not be read: {"type":"MODIFIED","object":{"meta'],
    ['Repeated', 'ADDED, ADDED, DELETED, end'],
  ] as const)
    test(`a watch: ${then}`, async () => {
      answers.push((response) => {
        response.writeHead(200).write(event('ADDED', anObject('a', 1)));
        setTimeout(() => response.end(event('DELETED', anObject('a', 2))), 700);
      });
      way.setFate(() => ({ kind: 'Watch', afterMs: 250, then, silentMs: 20 }));
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
