import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import type { KubeClient, Method, RequestOptions } from '#operator/cluster/client/client.ts';
import { orderlyClient } from '#operator/cluster/client/orderly-client.ts';
import type { Terms } from '#operator/cluster/queue/urgency.ts';
import { eventually } from '#test/harness/eventually.ts';

/**
 * A client that lets one request through at once and four a second after it, and notes what has come through. Slowly, so
 * that nothing is let through at once while a busy machine is between two requests.
 */
function aClient() {
  const sent: string[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const counted: string[] = [];
  const terms = new AsyncLocalStorage<Terms>();
  const request = async (method: Method, path: string, { signal }: RequestOptions = {}) => {
    sent.push(`${method} ${path}`);
    signals.push(signal);
  };
  const client = orderlyClient({ request } as unknown as KubeClient, {
    meter: (method) => void counted.push(method),
    rate: { perSecond: 4, burst: 1 },
    mayWrite: () => true,
    terms,
  });
  const as = (urgency: Terms['urgency'], method: Method, path: string, signal = new AbortController().signal) =>
    terms.run({ urgency, signal }, () => client.request(method, path));
  return { client, as, sent, signals, counted };
}

test('what follows an edit is asked before what follows a list, and Events are written last', async () => {
  const { as, client, sent } = aClient();
  await client.request('GET', '/first');
  const all = [
    as('Edit', 'POST', '/apis/events.k8s.io/v1/namespaces/live/events'),
    as('Resync', 'PATCH', '/resync'),
    as('Edit', 'PATCH', '/edit'),
  ];
  await Promise.all(all);
  assert.deepEqual(sent, [
    'GET /first',
    'PATCH /edit',
    'PATCH /resync',
    'POST /apis/events.k8s.io/v1/namespaces/live/events',
  ]);
});

test('requests end with the work that makes them, those that wait for their turn too', async () => {
  const { as, sent, signals, counted } = aClient();
  const ending = new AbortController();
  await as('Edit', 'GET', '/sent', ending.signal);
  assert.equal(signals[0], ending.signal);
  const waiting = as('Edit', 'GET', '/waits', ending.signal);
  ending.abort(new Error('gave up'));
  await assert.rejects(waiting, /gave up/);
  const next = as('Edit', 'GET', '/next');
  await eventually('the next has gone through', () => sent.includes('GET /next'));
  await next;
  assert.deepEqual(sent, ['GET /sent', 'GET /next']);
  assert.deepEqual(counted, ['GET', 'GET'], 'what was not sent is not counted');
});
