import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Family, LabelValues } from '#crds/metric-family.ts';
import { serverMetric } from '#crds/metrics.ts';
import { eventually } from '#test/harness/eventually.ts';
import { readExposition } from './exposition.ts';
import { smallOffer, smallPlayOffer } from './offers.ts';
import { post, type Running, running, tokens } from './running.ts';
import { type UdpClient, udpClient } from './udp-client.ts';

const roomsFile = `rooms:
  - name: stage
  - name: tiny
    publish: { auth: { mode: None } }
    play: { auth: { mode: None }, maxSubscribers: 1 }
`;
const rooms = new Set(['', 'stage', 'tiny']);

/** Families that prom-client makes of the process, under names that Node's dashboards know. */
const ofTheProcess = /^(process|nodejs)_/;
const families: ReadonlyMap<string, Family> = new Map(
  Object.values<Family>(serverMetric).map((family) => [family.name, family]),
);

function isWithin(values: LabelValues, value: string): boolean {
  if (values === 'Rooms') return rooms.has(value);
  if (values === 'StatusCodes') return /^[2-5]\d\d$/.test(value);
  if (values === 'Release') return /^v?\d+\.\d+\.\d+/.test(value);
  return Array.isArray(values) && values.includes(value);
}

describe('the metrics of a running server', () => {
  let at: Running;
  const clients: UdpClient[] = [];
  const client = async (path: string) => {
    const made = await udpClient(at, path);
    clients.push(made);
    return made;
  };
  before(async () => {
    at = await running(roomsFile);
  });
  after(async () => {
    for (const each of clients) each.stop();
    await at.stop();
  });
  const exported = async () => readExposition(await (await at.inside('/metrics')).text(), 'text');

  /** Nothing is promised that is not there, nothing is there that is not promised, and all of it is as it was promised. */
  const agrees = async () => {
    const seen = await exported();
    const named = [...seen.keys()].filter((name) => !ofTheProcess.test(name));
    assert.deepEqual(named.toSorted(), [...families.keys()].toSorted());
    for (const [name, { type, help, labels, buckets }] of families) {
      const family = seen.get(name);
      assert.deepEqual([family?.type, family?.help], [type, help], name);
      for (const sample of family?.samples ?? []) {
        const { le, ...others } = sample.labels;
        assert.deepEqual(Object.keys(others).toSorted(), Object.keys(labels).toSorted(), name);
        assert.ok(le === undefined || le === '+Inf' || buckets?.includes(Number(le)), `${name} le=${le}`);
        for (const [label, value] of Object.entries(others))
          assert.ok(isWithin(labels[label] ?? [], value), `${name}: ${label}="${value}" is outside the catalogue`);
      }
    }
    return seen;
  };

  test('are those of the catalogue while nobody is there', async () => {
    const seen = await agrees();
    const rooms = seen.get('live_subscribers')?.samples.map(({ labels, value }) => [labels['room'], value]);
    assert.deepEqual(rooms, [
      ['stage', 0],
      ['tiny', 0],
    ]);
  });

  test('are those of the catalogue after a publisher and a viewer, and all that goes wrong', async () => {
    const publisher = await client('/default/stage/whip');
    const viewer = await client('/default/stage/whep');
    await eventually('both are connected', () => publisher.isConnected() && viewer.isConnected());
    await eventually('media arrives', () => {
      publisher.sendKeyFrame();
      return viewer.received() > 3;
    });
    for (const path of ['/default/nowhere/whip', '/a/b/c/d', '/%E0%A4%A'])
      await at.fetch(path, { method: 'POST', body: 'x' });
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND'])
      await at.fetch('/default/stage/whip', { method });
    for (const token of ['', 'Bearer wrong']) await post(at, '/default/stage/whep', 'v=0', { Authorization: token });
    const player = smallPlayOffer();
    await post(
      at,
      '/default/tiny/whip',
      smallOffer((sdp) => sdp.replace('VP8', 'AV1')),
    );
    await post(at, '/default/tiny/whip', smallOffer());
    for (let i = 0; i < 2; i++) await post(at, '/default/tiny/whep', player);
    const remove = (location: string, token: string) =>
      at.fetch(location, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    const seen = await eventually('the viewer is told to have had its first frame', async () => {
      const now = await agrees();
      return sampleValue(now, 'live_time_to_first_frame_seconds', '_count', { client: 'subscriber' }) === 1 && now;
    });
    const of = (name: string, labels: Readonly<Record<string, string>>, suffix = '') =>
      sampleValue(seen, name, suffix, labels);
    assert.equal(of('live_subscribers', { room: 'stage' }), 1);
    assert.equal(of('live_room_publishing', { room: 'stage' }), 1);
    assert.equal(of('live_tracks_published', { kind: 'video' }), 1);
    assert.equal(of('live_tracks_subscribed', { kind: 'video' }), 1);
    assert.ok((of('live_rtp_packets_total', { room: 'stage' }) ?? 0) > 3);
    for (const client of ['publisher', 'subscriber']) {
      assert.equal(of('live_session_join_total', { client, state: 'Media' }), 1, client);
      assert.equal(of('live_session_start_seconds', { client }, '_count'), 1, client);
      assert.equal(of('live_time_to_first_frame_seconds', { client }, '_count'), 1, client);
      const ice = { client, room: 'stage', result: 'connected' };
      assert.equal(of('live_ice_establishment_duration_seconds', ice, '_count'), 1, client);
    }
    const took = (name: string, labels: Readonly<Record<string, string>>) =>
      assert.ok((of(name, labels, '_sum') ?? 0) > 0, `${name} says how long it took`);
    took('live_http_request_duration_seconds', { route: 'whip', method: 'POST' });
    took('live_whip_request_duration_seconds', { method: 'POST', room: 'stage' });
    took('live_whep_request_duration_seconds', { method: 'POST', room: 'stage' });
    for (const client of ['publisher', 'subscriber']) took('live_session_join_seconds', { client });
    for (const direction of ['in', 'out'])
      assert.ok((of('live_signal_message_bytes', { protocol: 'whep', direction }, '_sum') ?? 0) > 500, direction);
    assert.equal(of('live_whip_requests_total', { method: 'POST', code: '404', room: '' }), 1);
    assert.equal(of('live_http_requests_total', { route: 'whip', method: 'POST', code: '422' }), 1);
    assert.equal(of('live_http_requests_total', { route: 'other', method: 'POST', code: '400' }), 1, 'not even a path');
    assert.equal(of('live_codec_mismatches_total', { room: 'tiny', kind: 'video' }), 1);
    assert.equal(of('live_capacity_rejections_total', { room: 'tiny', scope: 'room' }), 1);
    assert.equal(of('live_auth_failures_total', { client: 'subscriber', reason: 'Missing' }), 1);
    assert.equal(of('live_auth_failures_total', { client: 'subscriber', reason: 'Wrong' }), 1);
    at.server.uncaught();
    assert.equal(await at.metric('live_uncaught_errors_total'), 1);
    assert.equal(await at.metric('live_errors_total{type="Uncaught"}'), 1);
    await remove(viewer.location, tokens.play);
    await remove(publisher.location, tokens.publish);
    const left = await agrees();
    assert.equal(
      sampleValue(left, 'live_session_duration_seconds', '_count', { client: 'publisher', reason: 'Deleted' }),
      1,
    );
    assert.equal(sampleValue(left, 'live_room_duration_seconds', '_count', {}), 1);
  });

  test('are asked for in OpenMetrics as well, and say the same', async () => {
    const response = await fetch(`http://127.0.0.1:${at.server.local.internal.port}/metrics`, {
      headers: { Accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' },
    });
    assert.match(response.headers.get('content-type') ?? '', /^application\/openmetrics-text; version=1\.0\.0/);
    const seen = readExposition(await response.text(), 'openMetrics');
    const named = [...seen.keys()].filter((name) => !ofTheProcess.test(name));
    const promised = [...families.values()].map(({ name, type }) => (type === 'counter' ? name.slice(0, -6) : name));
    assert.deepEqual(named.toSorted(), promised.toSorted());
  });

  test('forget a room that was closed after one scrape, whatever had happened in it', async () => {
    await at.writeRooms(roomsFile.slice(0, roomsFile.indexOf('  - name: tiny')));
    await eventually('the room is closed', () => at.log.some(({ message }) => message === 'settings changed'));
    await at.inside('/metrics');
    const named = [...(await exported()).values()].flatMap(({ samples }) =>
      samples.map(({ labels }) => labels['room']),
    );
    assert.deepEqual([...new Set(named)].toSorted(), ['', 'stage', undefined]);
  });
});

const sampleValue = (
  families: ReturnType<typeof readExposition>,
  name: string,
  suffix: string,
  labels: Readonly<Record<string, string>>,
) =>
  families
    .get(name)
    ?.samples.find(
      (sample) =>
        sample.name === `${name}${suffix}` &&
        JSON.stringify(Object.entries(sample.labels).toSorted()) === JSON.stringify(Object.entries(labels).toSorted()),
    )?.value;

test('an installation chooses a prefix, labels on every series, and whether Node’s own metrics are told', async () => {
  const metrics = { prefix: 'acme_', constLabels: { cluster: 'east' }, hasDefaults: false, reuseMs: 0 };
  const at = await running('rooms: [{name: stage}]', { metrics });
  const seen = readExposition(await (await at.inside('/metrics')).text(), 'text');
  await at.stop();
  assert.deepEqual([...seen.keys()].toSorted(), [...families.keys()].map((name) => `acme_${name}`).toSorted());
  for (const { samples } of seen.values())
    for (const { name, labels } of samples) assert.equal(labels['cluster'], 'east', name);
});
