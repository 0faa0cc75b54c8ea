import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { attempt } from '#operator/attempt.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { pathTemplate } from '#operator/cluster/client/paths.ts';
import { tracedClient } from '#operator/cluster/client/traced-client.ts';
import { jsonLog, scopedLog } from '#operator/log.ts';
import { type Receiver, receiver } from '#test/tracing/receiver.ts';
import { startTracing, type Tracing } from '#tracing/start.ts';
import { anObject, flakyServer, list, refuse } from './cluster/flaky-server.ts';

const templates: Readonly<Record<string, string>> = {
  '/api/v1/namespaces/live/pods/keynote-origin-abcde': '/api/v1/namespaces/{namespace}/pods/{name}',
  '/api/v1/namespaces/live/pods': '/api/v1/namespaces/{namespace}/pods',
  '/api/v1/namespaces/live': '/api/v1/namespaces/{name}',
  '/api/v1/nodes/node-1': '/api/v1/nodes/{name}',
  '/api/v1/nodes': '/api/v1/nodes',
  '/apis/liveroom.dev/v1alpha1/namespaces/live/liverooms/keynote/status':
    '/apis/liveroom.dev/v1alpha1/namespaces/{namespace}/liverooms/{name}/status',
  '/apis/monitoring.coreos.com/v1': '/apis/monitoring.coreos.com/v1',
};
for (const [path, template] of Object.entries(templates))
  test(`${path} is ${template}`, () => assert.equal(pathTemplate(path), template));

describe('a reconcile as the queue runs it', () => {
  let collector: Receiver;
  let tracing: Tracing;
  const log = jsonLog({ level: 'error', write: () => {}, now: () => 0 });

  before(async () => {
    collector = await receiver();
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.grpcURL;
    process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
    tracing = await startTracing({ env: process.env, service: 'liveroom-operator', log });
  });
  after(async () => {
    await tracing.stop();
    await collector.stop();
  });

  const attempting = (work: (key: string) => Promise<{ kind: 'done'; againInMs?: number }>) => {
    const counted: string[] = [];
    const run = attempt({
      reconcile: { liveroom: work, namespace: work },
      meter: (controller) => (result) => void counted.push(`${controller} ${result}`),
      tracer: tracing.tracer,
      log: scopedLog(log),
    });
    return { counted, run };
  };

  test('is a trace of its own, with its requests to the API server as children that it is told of', async () => {
    const path = '/api/v1/namespaces/live/things/a';
    const told: unknown[] = [];
    const statuses: number[] = [];
    const server = await flakyServer([
      (response, call, request) => {
        told.push(request.headers['traceparent'], request.headers['x-asked']);
        list(1, [])(response, call, request);
      },
      refuse(404),
    ]);
    const plain = kubeClient({ server: server.url });
    const client = tracedClient(plain, tracing.tracer);
    const { run, counted } = attempting(async () => {
      const onStatus = (status: number) => void statuses.push(status);
      await client.request('GET', path, { headers: { 'x-asked': 'all the same' }, onStatus });
      await client.request('PATCH', path, { body: anObject('a', 1) }).catch(() => {});
      return { kind: 'done', againInMs: 5 };
    });
    await tracing.tracer.span('another', {}, () => run('live/keynote'));
    await plain.close();
    await server.stop();

    const reconcile = await collector.span('reconcile liveroom');
    assert.deepEqual(reconcile.attributes, { 'k8s.namespace.name': 'live', room: 'keynote', result: 'requeue_after' });
    assert.deepEqual([reconcile.parentSpanId, reconcile.resource['service.name']], ['', 'liveroom-operator']);
    assert.deepEqual(counted, ['liveroom requeue_after']);
    const template = '/api/v1/namespaces/{namespace}/things/{name}';
    for (const [method, status] of [
      ['GET', 200],
      ['PATCH', 404],
    ] as const) {
      const call = await collector.span(`${method} ${template}`);
      assert.deepEqual([call.parentSpanId, call.kind], [reconcile.spanId, 'client']);
      assert.deepEqual(call.attributes, {
        'http.request.method': method,
        'url.template': template,
        'http.response.status_code': status,
      });
      assert.equal(call.status.code, status === 200 ? 'unset' : 'error');
    }
    const get = await collector.span(`GET ${template}`);
    assert.deepEqual(told, [`00-${get.traceId}-${get.spanId}-01`, 'all the same']);
    assert.deepEqual(statuses, [200]);
  });

  test('that fails says so in its span and in its outcome', async () => {
    const { run, counted } = attempting(() => {
      throw new ApiError(429, { message: 'too many requests' }, { request: 'GET /api', retryAfterMs: 7 });
    });
    assert.deepEqual(await run('live'), { kind: 'backoff', atLeastMs: 7, isHeld: true });
    assert.deepEqual(counted, ['namespace error']);
    const span = await collector.span('reconcile namespace');
    assert.deepEqual(span.attributes, { 'k8s.namespace.name': 'live', result: 'error' });
    assert.deepEqual(span.status, { code: 'error', message: 'GET /api: too many requests' });
  });

  test('is named on each of its lines in the log, with the trace that it is', async () => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string) => void lines.push(JSON.parse(line));
    const deep = scopedLog(jsonLog({ level: 'debug', write, now: () => 0 }));
    let ids = 0;
    const work = async (key: string) => {
      await new Promise(setImmediate);
      deep.info('deep inside', { of: key });
      return { kind: 'done' } as const;
    };
    const run = attempt({
      reconcile: { liveroom: work, namespace: work },
      meter: () => () => undefined,
      tracer: tracing.tracer,
      log: deep,
      newId: () => `id-${++ids}`,
    });
    await Promise.all([run('live/keynote'), run('live'), run('')]);
    deep.info('outside');
    const told = (key: string) => lines.filter((line) => line['of'] === key).map(({ trace_id, time, ...rest }) => rest);
    const inside = { level: 'info', message: 'deep inside' };
    const keynote = { controller: 'liveroom', namespace: 'live', room: 'keynote', reconcileID: 'id-1' };
    assert.deepEqual(told('live/keynote'), [{ ...inside, ...keynote, of: 'live/keynote' }]);
    const namespace = { controller: 'namespace', namespace: 'live', reconcileID: 'id-2' };
    assert.deepEqual(told('live'), [{ ...inside, ...namespace, of: 'live' }]);
    assert.deepEqual(told(''), [{ ...inside, controller: 'namespace', reconcileID: 'id-3', of: '' }]);
    const traces = new Set(lines.slice(0, -1).map((line) => line['trace_id']));
    assert.equal(traces.size, 3);
    assert.ok([...traces].every((trace) => /^[0-9a-f]{32}$/.test(String(trace))));
    assert.deepEqual(lines.at(-1), { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'outside' });
  });
});
