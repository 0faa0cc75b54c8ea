import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { eventually } from '#test/harness/eventually.ts';
import { seldom } from '#tracing/seldom.ts';
import { startTracing, type Tracing } from '#tracing/start.ts';
import { type Receiver, receiver } from './receiver.ts';

describe('spans, by gRPC', () => {
  let collector: Receiver;
  let tracing: Tracing;
  const said: string[] = [];
  const say = (message: string, fields: Readonly<Record<string, unknown>>) => {
    said.push(`${message}: ${JSON.stringify(fields)}`);
  };

  before(async () => {
    collector = await receiver();
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.grpcURL;
    process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
    process.env['OTEL_SEMCONV_STABILITY_OPT_IN'] = 'http/dup';
    process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment.name=test';
    const log = { warn: say, error: say };
    tracing = await startTracing({ env: process.env, service: 'live-sfu', log });
  });
  after(() => collector.stop());

  test('a span has its name, kind, attributes, times and resource', async () => {
    const beforeMs = Date.now();
    const attributes = { room: 'a', count: 3, share: 0.5, isOpen: true, codecs: ['H264', 'Opus'] };
    await tracing.tracer.span('work', { kind: 'server', attributes }, async (span) => {
      span.set({ more: 'yes' });
      span.event('half.way');
    });
    const span = await collector.span('work');
    assert.deepEqual(span.attributes, { ...attributes, more: 'yes' });
    assert.deepEqual([span.kind, span.events, span.status.code], ['server', ['half.way'], 'unset']);
    assert.ok(span.startMs >= beforeMs - 1 && span.endMs >= span.startMs && span.endMs <= Date.now() + 1);
    assert.equal(span.resource['service.name'], 'live-sfu');
    assert.equal(span.resource['deployment.environment.name'], 'test');
    assert.equal(span.resource['process.command_args'], undefined);
  });

  test('a span begun in another is its child, also after a wait; with no parent it begins a trace', async () => {
    const { tracer } = tracing;
    await tracer.span('outer', {}, async (outer) => {
      await setImmediate();
      await tracer.span('inner', {}, async () => {});
      tracer.start('own', { parent: 'none', link: outer }).end();
    });
    const [outer, inner, own] = await Promise.all(['outer', 'inner', 'own'].map((name) => collector.span(name)));
    assert.ok(outer && inner && own);
    assert.equal(outer.parentSpanId, '');
    assert.deepEqual([inner.traceId, inner.parentSpanId], [outer.traceId, outer.spanId]);
    assert.notEqual(own.traceId, outer.traceId);
    assert.equal(own.parentSpanId, '');
    assert.deepEqual(own.links, [{ traceId: outer.traceId, spanId: outer.spanId }]);
  });

  test('a span can be the parent of one that is begun elsewhere', async () => {
    const parent = tracing.tracer.start('request', { parent: 'none' });
    await tracing.tracer.span('part', { parent }, async () => parent.end());
    const [request, part] = [await collector.span('request'), await collector.span('part')];
    assert.deepEqual([part.traceId, part.parentSpanId], [request.traceId, request.spanId]);
  });

  test('the attributes of HTTP have their former names too where that is asked for', async () => {
    const span = tracing.tracer.start('GET', { attributes: { 'http.request.method': 'GET', 'http.route': '/a' } });
    span.set({ 'http.response.status_code': 200 });
    span.end();
    assert.deepEqual((await collector.span('GET')).attributes, {
      'http.request.method': 'GET',
      'http.method': 'GET',
      'http.route': '/a',
      'http.response.status_code': 200,
      'http.status_code': 200,
    });
  });

  test('a span whose work rejects has failed with its message', async () => {
    const work = tracing.tracer.span('broken', {}, () => Promise.reject(new Error('no such room')));
    await assert.rejects(work, /no such room/);
    assert.deepEqual((await collector.span('broken')).status, { code: 'error', message: 'no such room' });
  });

  test('a caller’s trace context becomes a link, and nothing that is none does', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const spanId = 'b7ad6b7169203331';
    const link = { traceparent: `00-${traceId}-${spanId}-01` };
    tracing.tracer.start('linked', { parent: 'none', link }).end();
    tracing.tracer.start('unlinked', { parent: 'none', link: { traceparent: '00-xyz-1-1' } }).end();
    const linked = await collector.span('linked');
    assert.deepEqual(linked.links, [{ traceId, spanId }]);
    assert.notEqual(linked.traceId, traceId);
    assert.deepEqual((await collector.span('unlinked')).links, []);
  });

  test('the headers for others name the span that is running, and nothing when none is', async () => {
    assert.deepEqual(tracing.tracer.headers(), {});
    const headers = await tracing.tracer.span('asking', {}, async () => tracing.tracer.headers());
    const { traceId, spanId } = await collector.span('asking');
    assert.deepEqual(headers, { traceparent: `00-${traceId}-${spanId}-01` });
  });

  test('a collector that has gone is complained about, and stopping ends all the same', async () => {
    await collector.stop();
    tracing.tracer.start('lost', {}).end();
    await eventually('it is told', () => said.some((line) => /^spans could not be sent: .*ECONNREFUSED/.test(line)));
    tracing.tracer.start('lost too', {}).end();
    await tracing.stop();
  });
});

test('what is said seldom is said at once, and again when its time is over', () => {
  const said: string[] = [];
  let nowMs = 0;
  const say = seldom(
    (text: string) => said.push(text),
    60_000,
    () => nowMs,
  );
  for (const [atMs, text] of [
    [0, 'a'],
    [1000, 'b'],
    [59_999, 'c'],
    [60_000, 'd'],
    [61_000, 'e'],
  ] as const) {
    nowMs = atMs;
    say(text);
  }
  assert.deepEqual(said, ['a', 'd']);
});
