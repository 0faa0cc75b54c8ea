import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metric } from '#crds/contract.ts';
import { noCounters, noTotals, type RoomCounters } from '#server/media/counts.ts';
import { dropReasons, type MediaSnapshot } from '#server/media/plane.ts';
import { metrics } from '#server/metrics/metrics.ts';
import { emptyRoom, type Room, withConnected, withPublisher, withSubscriber } from '#server/room/room.ts';
import { leftOver, podStats, status } from '#server/status.ts';
import { series } from './series.ts';
import { settingsOf } from './settings-of.ts';

const counters = (receivedPackets: number): RoomCounters => ({
  ...noCounters(),
  receivedPackets,
  receivedBytes: receivedPackets * 100,
  sentPackets: receivedPackets * 2,
  sentBytes: receivedPackets * 200,
});
const dropped = Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as MediaSnapshot['dropped'];
const media = (change: Partial<MediaSnapshot> = {}): MediaSnapshot => ({
  rooms: {},
  totals: noTotals(),
  tracks: { published: { audio: 0, video: 0 }, subscribed: { audio: 0, video: 0 } },
  load: { utilization: 0, lagSeconds: 0 },
  dropped,
  transports: 0,
  silentForMs: {},
  ...change,
});
const view = (name: string, room: Room = emptyRoom) => ({ id: `events/${name}`, settings: settingsOf(name), room });

const live = withConnected(
  withConnected(withSubscriber(withSubscriber(withPublisher(emptyRoom, 'p', 0), 'a', 0), 'b', 0), 'a'),
  'p',
);
const sending = media({ rooms: { 'events/keynote': counters(5) }, silentForMs: { p: 30, a: -1 } });

test('every family of the contract is there while the pod is idle, with its help and type', async () => {
  const text = (await metrics(async () => status([], media(), false)).scrape()).body;
  for (const name of Object.values(metric)) {
    assert.match(text, new RegExp(`^# HELP ${name} .+\\.$`, 'm'), name);
    assert.match(text, new RegExp(`^# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}$`, 'm'), name);
  }
});

test('the process tells of its memory, CPU, event loop and garbage collection', async () => {
  const text = (await metrics(async () => status([], media(), false)).scrape()).body;
  for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
    assert.match(text, new RegExp(`^${name} [\\d.e-]+$`, 'm'));
});

test('a configured room has its series at zero; a live one has its numbers; those who connect do not count yet', async () => {
  const text = (await metrics(async () => status([view('keynote', live), view('lobby')], sending, true)).scrape()).body;
  assert.deepEqual(series(text, /^live_(rooms|subscribers|room_publishing|rtp_\w+|pod_draining)/), {
    live_rooms: 1,
    'live_subscribers{room="keynote"}': 1,
    'live_subscribers{room="lobby"}': 0,
    'live_room_publishing{room="keynote"}': 1,
    'live_room_publishing{room="lobby"}': 0,
    'live_rtp_packets_total{room="keynote"}': 10,
    'live_rtp_packets_total{room="lobby"}': 0,
    'live_rtp_bytes_total{room="keynote"}': 1000,
    'live_rtp_bytes_total{room="lobby"}': 0,
    'live_rtp_received_packets_total{room="keynote"}': 5,
    'live_rtp_received_packets_total{room="lobby"}': 0,
    'live_rtp_received_bytes_total{room="keynote"}': 500,
    'live_rtp_received_bytes_total{room="lobby"}': 0,
    live_pod_draining: 1,
  });
});

test('a counter shows what the media thread counted, however often it is read', async () => {
  let packets = 5;
  const meter = metrics(async () => status([], media({ rooms: { 'events/a': counters(packets) } }), false));
  const received = async () => series((await meter.scrape()).body, /received_packets/);
  await received();
  assert.deepEqual(await received(), { 'live_rtp_received_packets_total{room="a"}': 5 });
  packets = 8;
  assert.deepEqual(await received(), { 'live_rtp_received_packets_total{room="a"}': 8 });
});

test('a room that was removed is left over in the media plane, and has no series once that forgot it', async () => {
  assert.deepEqual(leftOver([view('lobby')], sending), ['events/keynote']);
  const text = (await metrics(async () => status([view('lobby')], media(), false)).scrape()).body;
  assert.ok(!text.includes('keynote'));
});

test('the operator is told who publishes since when, whether media comes, and how many watch', () => {
  const stats = (silentForMs: MediaSnapshot['silentForMs']) =>
    podStats(status([view('keynote', live)], media({ silentForMs }), false)).rooms[0];
  const publisher = (sendsMedia: boolean) => ({ since: '1970-01-01T00:00:00.000Z', sendsMedia });
  const room = { namespace: 'events', name: 'keynote', subscribers: 1 };
  assert.deepEqual(stats({ p: 30 }), { ...room, publisher: publisher(true) });
  assert.deepEqual(stats({ p: 2000 }), { ...room, publisher: publisher(false) }, 'it fell silent');
  assert.deepEqual(stats({ p: -1 }), { ...room, publisher: publisher(false) }, 'it has not begun');
});
