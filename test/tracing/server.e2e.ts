import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { version } from '#crds/contract.ts';
import { eventually } from '#test/harness/eventually.ts';
import { smallOffer, smallPlayOffer } from '#test/server/offers.ts';
import { post, tokens } from '#test/server/running.ts';
import { type ServerProcess, serverProcess } from '#test/server/server-process.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import { type Receiver, receiver } from './receiver.ts';

const rooms =
  'rooms: [{name: stage, publish: {codecs: [VP8, Opus], reconnectGraceMs: 5000}}]\ndrain: {timeoutMs: 60000}';
const whip = '/default/stage/whip';
const whep = '/default/stage/whep';
const at = (server: ServerProcess) => ({
  fetch: (path: string, init?: RequestInit) => fetch(server.url(path), { redirect: 'manual', ...init }),
});
const asking = smallPlayOffer();
const pod = { POD_NAME: 'stage-origin-abcde', POD_NAMESPACE: 'events', NODE_NAME: 'node-1' };
const loading = { NODE_OPTIONS: `--import=${import.meta.dirname}/loaded-modules.ts` };
/** By itself a server gathers for a second. */
const soon = { OTEL_BSP_SCHEDULE_DELAY: '50' };
const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('the spans of a server', () => {
  let collector: Receiver;
  let server: ServerProcess | undefined;
  let clients: UdpClient[];

  beforeEach(async () => {
    collector = await receiver();
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.stop();
    await server?.end();
    server = undefined;
    await collector.stop();
  });

  /** A publisher comes, a viewer comes and both leave; then the server is told to end, and does. */
  async function lifeOf(process: ServerProcess) {
    const publisher = await udpClient(at(process), whip);
    clients.push(publisher);
    await eventually('the publisher is connected', publisher.isConnected);
    const viewer = await udpClient(at(process), whep);
    clients.push(viewer);
    await eventually(
      'the viewer is counted',
      async () => (await process.metric('live_subscribers{room="stage"}')) === 1,
    );
    const remove = (location: string, token: string) =>
      at(process).fetch(location, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    await remove(viewer.location, tokens.play);
    await remove(publisher.location, tokens.publish);
    process.signal('SIGTERM');
    assert.equal(await process.exitCode(), 0);
  }

  for (const protocol of ['grpc', 'http'] as const)
    test(`tell of requests, sessions and rooms, and all have come when it has ended, by ${protocol}`, async () => {
      const url = protocol === 'grpc' ? collector.grpcURL : collector.httpURL;
      const env = { ...pod, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
      // Nothing is sent before the end, so that whatever comes has been flushed.
      server = await serverProcess(rooms, { ...env, OTEL_BSP_SCHEDULE_DELAY: '60000' });
      await lifeOf(server);

      assert.deepEqual(collector.spans.map(({ name }) => name).sort(), [
        'DELETE /:namespace/:room/whep/:session',
        'DELETE /:namespace/:room/whip/:session',
        'POST /:namespace/:room/whep',
        'POST /:namespace/:room/whip',
        'room.close',
        'room.create',
        'whep.play',
        'whip.publish',
      ]);
      const request = await collector.span('POST /:namespace/:room/whip');
      assert.deepEqual([request.kind, request.parentSpanId, request.links], ['server', '', []]);
      assert.deepEqual(request.attributes, {
        'http.request.method': 'POST',
        'http.route': '/:namespace/:room/whip',
        'url.scheme': 'http',
        'http.response.status_code': 201,
      });
      const publish = await collector.span('whip.publish');
      assert.equal(publish.parentSpanId, request.spanId);
      const { 'sdp.size': size, codecs, ...rest } = publish.attributes;
      assert.ok(Number(size) > 200, `sdp.size ${size}`);
      assert.deepEqual(codecs, ['VP8']);
      assert.deepEqual(rest, { room: 'stage', 'k8s.namespace.name': 'default', outcome: 'accepted' });
      const play = await collector.span('whep.play');
      assert.equal(play.parentSpanId, (await collector.span('POST /:namespace/:room/whep')).spanId);
      assert.equal(play.attributes['outcome'], 'accepted');

      const create = await collector.span('room.create');
      assert.deepEqual([create.parentSpanId, create.events], [publish.spanId, ['publisher.connected']]);
      assert.deepEqual(create.attributes, { room: 'stage', 'k8s.namespace.name': 'default' });
      const close = await collector.span('room.close');
      assert.deepEqual([close.attributes['room'], close.attributes['reason']], ['stage', 'Deleted']);
      assert.ok(Number(close.attributes['duration_s']) > 0);
      assert.deepEqual(close.links, [{ traceId: create.traceId, spanId: create.spanId }]);
      assert.partialDeepStrictEqual(create.resource, {
        'service.name': 'live-sfu',
        'service.version': version,
        'k8s.pod.name': 'stage-origin-abcde',
        'k8s.namespace.name': 'events',
        'k8s.node.name': 'node-1',
      });
      assert.equal(JSON.stringify(create.resource).includes('the-publish-token'), false);
    });

  test('link to a caller’s trace and do not become a part of it, and bear the name that the environment gives', async () => {
    const env = { ...soon, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL, OTEL_SERVICE_NAME: 'stage-sfu' };
    server = await serverProcess(rooms, { ...env, OTEL_SEMCONV_STABILITY_OPT_IN: 'http/dup' });
    const headers = { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'tenant=a' };
    const response = await post(at(server), whep, asking, headers);
    assert.equal(response.status, 409);
    const request = await collector.span('POST /:namespace/:room/whep');
    assert.deepEqual(request.links, [{ traceId, spanId }]);
    assert.deepEqual([request.parentSpanId, request.traceId === traceId], ['', false]);
    assert.partialDeepStrictEqual(request.attributes, { 'http.method': 'POST', 'http.status_code': 409 });
    assert.equal(request.resource['service.name'], 'stage-sfu');

    const play = await collector.span('whep.play');
    assert.equal(JSON.stringify(collector.spans).includes('tenant'), false, 'a stranger’s baggage goes nowhere');
    assert.partialDeepStrictEqual(play.attributes, { outcome: 'refused', 'reject.reason': 'NoPublisher' });
    assert.equal(play.status.code, 'error');
  });

  test('tell of a room that was never created, since its publisher did not connect', async () => {
    server = await serverProcess(rooms, { ...soon, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL });
    const made = await post(at(server), whip, smallOffer());
    await at(server).fetch(made.headers.get('location') ?? '', {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${tokens.publish}` },
    });
    const create = await collector.span('room.create');
    assert.deepEqual([create.events, create.status], [[], { code: 'error', message: 'no publisher connected' }]);
    assert.equal((await collector.span('room.close')).attributes['reason'], 'Deleted');
  });

  test('are named without what a stranger makes up', async () => {
    server = await serverProcess(rooms, { ...soon, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL });
    await at(server).fetch('/wp-login.php/with/a/long/path', { method: 'PROPFIND' });
    const span = await collector.span('HTTP');
    assert.deepEqual(span.attributes, {
      'http.request.method': '_OTHER',
      'url.scheme': 'http',
      'http.response.status_code': 404,
    });
    assert.equal(span.status.code, 'unset');
  });

  test('are written to the console where somebody asks for that', async () => {
    server = await serverProcess(rooms, { OTEL_TRACES_EXPORTER: 'console' });
    const { said, told } = server;
    await at(server).fetch('/default/stage/');
    await eventually('the span is written', () => /name: 'GET \/:namespace\/:room\/'/.test(told() + said.join('\n')));
  });

  test('are lost without harm when the collector is away: requests are answered, the log says so once, and it ends', async () => {
    await collector.stop();
    const env = { ...soon, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL };
    server = await serverProcess(rooms, env);
    const { said } = server;
    const complaints = () => said.filter((line) => line.includes('spans could not be sent'));
    await eventually('the loss is told', async () => {
      assert.equal((await post(at(server as ServerProcess), whep, asking)).status, 409);
      return complaints().length > 0;
    });
    for (let i = 0; i < 20; i++) assert.equal((await post(at(server), whep, asking)).status, 409);
    server.signal('SIGTERM');
    assert.equal(await server.exitCode(), 0);
    assert.equal(complaints().length, 1, complaints().join('\n'));
  });

  const found = (lines: readonly string[]) =>
    lines.map((line) => /loaded of OpenTelemetry: (\d+)/.exec(line)?.[1]).find((count) => count !== undefined);

  test('are not made where nobody wants them, and then nothing of OpenTelemetry’s SDK is loaded', async () => {
    server = await serverProcess(rooms, { ...loading, OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    await lifeOf(server);
    assert.equal(found(server.said), '0');
  });

  test('need modules that this test would see, and a signal is heard also when the server has just started', async () => {
    server = await serverProcess(rooms, { ...loading, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL });
    server.signal('SIGTERM');
    assert.equal(await server.exitCode(), 0);
    assert.ok(Number(found(server.said)) > 10, server.said.join('\n'));
  });
});
