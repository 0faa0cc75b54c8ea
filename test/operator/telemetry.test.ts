import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '#crds/contract.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { measuredClient, type RequestMeter } from '#operator/cluster/client/measured-client.ts';
import { noCounts } from '#operator/cluster/watch/watch-counts.ts';
import { hostPorts } from '#operator/room/host-ports.ts';
import { type OperatorSeen, telemetry } from '#operator/telemetry.ts';
import { readExposition } from '#test/server/exposition.ts';
import { series } from '#test/server/series.ts';
import { flakyServer, list, refuse, reset, watch } from './cluster/flaky-server.ts';
import { aCondition, aNode, storedRoom } from './objects.ts';
import { standInCluster } from './stand-in-cluster.ts';

const counts = noCounts();
const watched = { counts, lastHeardMs: () => 0, overdueMs: () => 0, isSynced: () => true, refused: () => undefined };
const seen = (change: Partial<OperatorSeen> = {}): OperatorSeen => ({
  rooms: () => [],
  hostPorts: () => ({ used: 0, free: 1000 }),
  restarts: () => new Map(),
  queue: () => ({ waiting: { Edit: 0, Resync: 0 }, adds: 0, retries: 0, workMs: [] }),
  watches: () => [['Pod', watched]],
  isActing: () => true,
  workers: 16,
  host: '10.96.0.1:443',
  now: () => 0,
  ...change,
});

const readyRoom = storedRoom({}, { conditions: [aCondition('Ready', 'True', 'Ready')] });

test('what is exported is what the catalogue promises: names, types, help, labels and their values', async () => {
  const { exposition, reconcile, queue, apiRequest, podAsked } = telemetry(seen({ rooms: () => [readyRoom] }));
  reconcile('liveroom')('success');
  queue.waited(3);
  queue.worked(20);
  apiRequest('GET', 200, 15);
  podAsked({ tookMs: 4, failed: true });
  const families = readExposition(await exposition.metrics(), 'text');
  const ours = new Map([...families].filter(([name]) => !/^(process|nodejs)_/.test(name)));
  const promised = Object.values(operatorMetric);
  assert.deepEqual([...ours.keys()].toSorted(), promised.map(({ name }) => name).toSorted());
  for (const { name, type, help, labels } of promised) {
    const family = ours.get(name);
    assert.deepEqual([family?.type, family?.help], [type, help], name);
    assert.ok((family?.samples.length ?? 0) > 0, `${name} has no series`);
    for (const { labels: given } of family?.samples ?? [])
      for (const [label, value] of Object.entries(given)) {
        if (label === 'le' && type === 'histogram') continue;
        const known = (labels as Readonly<Record<string, unknown>>)[label];
        assert.ok(known !== undefined, `${name} has label ${label}`);
        if (Array.isArray(known)) assert.ok(known.includes(value), `${name}{${label}="${value}"}`);
      }
  }
});

test('an operator that has done nothing yet has its series at zero', async () => {
  const text = await telemetry(seen()).exposition.metrics();
  const zeros = series(text, /^(controller_runtime_(reconcile_.*total|active_workers)|workqueue_)/);
  assert.ok(Object.keys(zeros).length > 20);
  assert.deepEqual(new Set(Object.values(zeros)), new Set([0]));
  assert.match(text, /^controller_runtime_max_concurrent_reconciles\{controller="liveroom"\} 16$/m);
  assert.match(text, new RegExp(`^liveroom_operator_build_info\\{version="${version}",node="v`, 'm'));
});

test('a reconcile counts while it is under way, and with its result and time when it has ended', async () => {
  const { reconcile, exposition } = telemetry(seen());
  const first = reconcile('liveroom');
  const second = reconcile('liveroom');
  first('requeue_after');
  const read = async () => series(await exposition.metrics(), /^controller_runtime_\w+\{controller="liveroom"/);
  const during = await read();
  assert.equal(during['controller_runtime_active_workers{controller="liveroom"}'], 1);
  second('error');
  const after = await read();
  assert.equal(after['controller_runtime_active_workers{controller="liveroom"}'], 0);
  assert.equal(after['controller_runtime_reconcile_total{controller="liveroom",result="requeue_after"}'], 1);
  assert.equal(after['controller_runtime_reconcile_total{controller="liveroom",result="error"}'], 1);
  assert.equal(after['controller_runtime_reconcile_errors_total{controller="liveroom"}'], 1);
  assert.equal(after['controller_runtime_reconcile_time_seconds_count{controller="liveroom"}'], 2);
});

test('the queue, its slowest work and its counters are read when they are scraped', async () => {
  let adds = 3;
  const { exposition } = telemetry(
    seen({ queue: () => ({ waiting: { Edit: 2, Resync: 5 }, adds, retries: 1, workMs: [500, 1500] }) }),
  );
  const read = async () => series(await exposition.metrics(), /^workqueue_(depth|adds|retries|unfinished|longest)/);
  const wanted = {
    'workqueue_depth{name="liveroom",priority="Edit"}': 2,
    'workqueue_depth{name="liveroom",priority="Resync"}': 5,
    'workqueue_adds_total{name="liveroom"}': 3,
    'workqueue_retries_total{name="liveroom"}': 1,
    'workqueue_unfinished_work_seconds{name="liveroom"}': 2,
    'workqueue_longest_running_processor_seconds{name="liveroom"}': 1.5,
  };
  assert.deepEqual(await read(), wanted);
  adds = 5;
  assert.deepEqual(await read(), { ...wanted, 'workqueue_adds_total{name="liveroom"}': 5 });
});

test('an operator acts when it has seen all there is, and not before', async () => {
  let isActing = false;
  const { exposition } = telemetry(seen({ isActing: () => isActing }));
  const read = async () => series(await exposition.metrics(), /^leader_election/);
  assert.deepEqual(await read(), { 'leader_election_master_status{name="liveroom-operator"}': 0 });
  isActing = true;
  assert.deepEqual(await read(), { 'leader_election_master_status{name="liveroom-operator"}': 1 });
});

test('a room has a series as long as it is there, which says whether it is ready', async () => {
  let rooms = [readyRoom, { ...storedRoom(), metadata: { ...storedRoom().metadata, name: 'lobby' } }];
  const { exposition } = telemetry(seen({ rooms: () => rooms }));
  const read = async () => series(await exposition.metrics(), /^liveroom_operator_(rooms|room_ready)\b/);
  const keynote = { 'liveroom_operator_room_ready{namespace="events",room="keynote"}': 1 };
  assert.deepEqual(await read(), {
    liveroom_operator_rooms: 2,
    ...keynote,
    'liveroom_operator_room_ready{namespace="events",room="lobby"}': 0,
  });
  rooms = [readyRoom];
  assert.deepEqual(await read(), { liveroom_operator_rooms: 1, ...keynote });
});

test('rooms are counted by what each condition says of them', async () => {
  const lobby = storedRoom({}, { conditions: [aCondition('Ready', 'False', 'PodPending')] });
  const { exposition } = telemetry(seen({ rooms: () => [readyRoom, lobby, storedRoom()] }));
  const found = series(
    await exposition.metrics(),
    /^liveroom_operator_rooms_by_condition\{condition="(Ready|Draining)"/,
  );
  const of = (condition: string, status: string) =>
    found[`liveroom_operator_rooms_by_condition{condition="${condition}",status="${status}"}`];
  assert.deepEqual(
    ['True', 'False', 'Unknown'].map((status) => [of('Ready', status), of('Draining', status)]),
    [
      [1, 0],
      [1, 0],
      [0, 0],
    ],
  );
});

test('how late the loop is, is told', async () => {
  const { exposition } = telemetry(seen());
  assert.ok(Object.keys(series(await exposition.metrics(), /^nodejs_eventloop_lag_p99_seconds/)).length > 0);
});

test('host ports are counted over all nodes, and those outside the range are not', () => {
  const counts = new Map([
    [7000, 2],
    [9000, 1],
  ]);
  const nodes = [aNode([]), aNode([])];
  const cluster = standInCluster({ rooms: () => [], hostPortCounts: () => counts, nodes: () => nodes.values() });
  const ports = hostPorts(cluster, { from: 7000, to: 7009 }, () => 0);
  assert.deepEqual(ports.count(), { used: 2, free: 18 });
});

test('a request to the API server counts once, with its status or without one, and a watch when it begins', async (t) => {
  const server = await flakyServer([list(1, []), refuse(404), reset, watch([], 'closed'), refuse(410), reset]);
  const plain = kubeClient({ server: server.url });
  t.after(async () => {
    await plain.close();
    await server.stop();
  });
  const told: unknown[] = [];
  const meter: RequestMeter = (method, status, tookMs) => told.push([method, status, tookMs >= 0]);
  const client = measuredClient(plain, meter, () => performance.now());
  await client.request('GET', '/api/v1/things');
  await assert.rejects(client.request('PATCH', '/api/v1/things', { body: {} }));
  await assert.rejects(client.request('POST', '/api/v1/things', { body: {} }));
  const watched = async () => {
    for await (const event of client.watch('/api/v1/things')) assert.fail(JSON.stringify(event));
  };
  await watched();
  await assert.rejects(watched());
  await assert.rejects(watched());
  assert.deepEqual(told, [
    ['GET', 200, true],
    ['PATCH', 404, true],
    ['POST', undefined, true],
    ['GET', 200, true],
    ['GET', 410, true],
    ['GET', undefined, true],
  ]);
  assert.equal(client.host, new URL(server.url).host);
});
