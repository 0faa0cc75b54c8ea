import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoomSettings } from '#crds/rooms-file.ts';
import { noCounters } from '#server/media/counts.ts';
import type { MediaSnapshot } from '#server/media/plane.ts';
import { leftOver, podStats, type Status } from '#server/observation/status.ts';
import { emptyRoom, withConnected, withPublisher, withSubscriber } from '#server/room/room.ts';
import { series } from '../series.ts';
import { settingsOf } from '../settings-of.ts';
import { metricsOf, seen, snapshot, view } from '../statuses.ts';

const counters = (receivedPackets: number) => ({
  ...noCounters(),
  receivedPackets,
  receivedBytes: receivedPackets * 100,
  sentPackets: receivedPackets * 2,
  sentBytes: receivedPackets * 200,
});

const live = withConnected(
  withConnected(withSubscriber(withSubscriber(withPublisher(emptyRoom(), 'p', 0), 'a', 0), 'b', 0), 'a'),
  'p',
);
const sending = snapshot({ rooms: { 'events/keynote': counters(5) }, silentForMs: { p: 30, a: -1 } });
const told = async (status: Status, names: RegExp) =>
  series((await metricsOf(() => status).scrape('text')).body, names);

test('the process tells of its memory, CPU, event loop and garbage collection, where that is wanted', async () => {
  const names = /^(process_resident_memory_bytes|process_cpu_seconds_total|nodejs_eventloop_lag_p99_seconds) /;
  const text = async (hasDefaults: boolean) => (await metricsOf(() => seen([]), { hasDefaults }).scrape('text')).body;
  assert.equal(Object.keys(series(await text(true), names)).length, 3);
  assert.deepEqual(series(await text(false), /^(process|nodejs)_/), {});
});

test('a configured room has its series at zero; a live one has its numbers; those who connect do not count yet', async () => {
  const status = seen([view('keynote', live), view('lobby')], sending, { isDraining: true });
  assert.deepEqual(
    await told(status, /^live_(rooms|subscribers|connections|room_publishing|rtp_(re.*_)?packets_total|pod_draining)/),
    {
      live_rooms: 1,
      live_rooms_publishing: 1,
      'live_subscribers{room="keynote"}': 1,
      'live_subscribers{room="lobby"}': 0,
      'live_subscribers_held_back{room="keynote"}': 0,
      'live_subscribers_held_back{room="lobby"}': 0,
      'live_connections{client="publisher"}': 1,
      'live_connections{client="subscriber"}': 1,
      'live_room_publishing{room="keynote"}': 1,
      'live_room_publishing{room="lobby"}': 0,
      'live_rtp_packets_total{room="keynote"}': 10,
      'live_rtp_packets_total{room="lobby"}': 0,
      'live_rtp_received_packets_total{room="keynote"}': 5,
      'live_rtp_received_packets_total{room="lobby"}': 0,
      live_pod_draining: 1,
    },
  );
});

test('a counter shows what the media thread counted, however often it is read', async () => {
  let packets = 5;
  const { scrape } = metricsOf(() => seen([], snapshot({ rooms: { 'events/a': counters(packets) } })));
  const received = async () => series((await scrape('text')).body, /received_packets/);
  await received();
  assert.deepEqual(await received(), { 'live_rtp_received_packets_total{room="a"}': 5 });
  packets = 8;
  assert.deepEqual(await received(), { 'live_rtp_received_packets_total{room="a"}': 8 });
});

test('the rooms of two pods add up: nothing is told of a room by both but what each has itself', async () => {
  const half = async (subscriber: string) =>
    told(seen([view('keynote', withConnected(withSubscriber(emptyRoom(), subscriber, 0), subscriber))]), /^live_/);
  const [one, two] = [await half('a'), await half('b')];
  const both = (name: string) => (one[name] ?? Number.NaN) + (two[name] ?? Number.NaN);
  assert.equal(both('live_subscribers{room="keynote"}'), 2);
  assert.equal(both('live_connections{client="subscriber"}'), 2);
});

test('limits of a room, and where its alerts begin, are told with it', async () => {
  const settings = {
    ...settingsOf('keynote', {}, { maxSubscribers: 40 }),
    alerts: { highSubscriberCount: 30, nearCapacityPercent: 80, publisherExpected: 'Always' },
  } as const;
  const status = seen([view('keynote', emptyRoom(), settings), view('lobby')]);
  assert.deepEqual(await told(status, /^live_room_(max|alert)/), {
    'live_room_max_subscribers{room="keynote"}': 40,
    'live_room_max_subscribers{room="lobby"}': 0,
    'live_room_alert_threshold{room="keynote",alert="HighSubscriberCount"}': 30,
    'live_room_alert_threshold{room="keynote",alert="NearCapacity"}': 80,
    'live_room_alert_threshold{room="keynote",alert="NoPublisher"}': 1,
    'live_room_alert_threshold{room="lobby",alert="HighSubscriberCount"}': 500,
    'live_room_alert_threshold{room="lobby",alert="NearCapacity"}': 90,
    'live_room_alert_threshold{room="lobby",alert="NoPublisher"}': 0,
  });
});

for (const [silentForMs, health, why] of [
  [{ p: 30 }, 1, 'it sends'],
  [{ p: 5000 }, 1, 'it pauses'],
  [{ p: 17_500 }, 0.5, 'half way'],
  [{ p: 30_000 }, 0, 'it is silent'],
  [{ p: -1 }, 0, 'it has been there for a minute and sent nothing'],
] as const)
  test(`the health of a room whose publisher is silent for ${silentForMs.p} ms is ${health}: ${why}`, async () => {
    const status = seen([view('keynote', live), view('lobby')], snapshot({ silentForMs }), { nowMs: 60_000 });
    assert.deepEqual(await told(status, /^live_room_health/), {
      'live_room_health_ratio{room="keynote"}': health,
      'live_room_health_ratio{room="lobby"}': 1,
    });
  });

test('a room that was removed is left over in the media plane, and has no series once that forgot it', async () => {
  assert.deepEqual(leftOver([view('lobby')], sending.rooms), ['events/keynote']);
  assert.deepEqual(await told(seen([view('lobby')]), /keynote/), {});
});

test('a draining pod tells whom it waits for and how long, also when it is overdue, and takes nobody', async () => {
  const names = /^live_(pod_accepting|pod_draining|drain_remaining)/;
  const of = (change: Parameters<typeof seen>[2]) => told(seen([], snapshot(), { sessions: 3, ...change }), names);
  assert.deepEqual(Object.values(await of({})), [0, 1, 0, 0]);
  const draining = { isDraining: true, isAccepting: false };
  assert.deepEqual(Object.values(await of({ ...draining, drainLeftMs: 4500 })), [1, 0, 3, 4.5]);
  assert.deepEqual(Object.values(await of({ ...draining, drainLeftMs: -500 })), [1, 0, 3, -0.5]);
});

test('the operator is told when a pod that drains ends whoever is left', () => {
  const at = (change: Parameters<typeof seen>[2]) => podStats(seen([], snapshot(), change)).drainEndsAt;
  assert.equal(at({}), undefined);
  assert.equal(at({ isDraining: true, drainLeftMs: 4500, nowMs: 60_000 }), '1970-01-01T00:01:04.500Z');
});

test('the operator is told who publishes since when, whether media comes, and how many watch', () => {
  const stats = (silentForMs: MediaSnapshot['silentForMs']) =>
    podStats(seen([view('keynote', live)], snapshot({ silentForMs }))).rooms[0];
  const publisher = (sendsMedia: boolean) => ({ since: '1970-01-01T00:00:00.000Z', sendsMedia });
  const room = { namespace: 'events', name: 'keynote', subscribers: 1 };
  assert.deepEqual(stats({ p: 30 }), { ...room, publisher: publisher(true) });
  assert.deepEqual(stats({ p: 2000 }), { ...room, publisher: publisher(false) }, 'it fell silent');
  assert.deepEqual(stats({ p: -1 }), { ...room, publisher: publisher(false) }, 'it has not begun');
});

test('the operator is told of the sides that are locked and whose token is not there', () => {
  const locked = settingsOf('keynote', { auth: { mode: 'BearerToken', tokenFile: 'events.keynote.publish' } });
  const missing = (settings: RoomSettings, files: readonly string[]) =>
    podStats(seen([view('keynote', undefined, settings)], snapshot(), { hasToken: (file) => files.includes(file) }))
      .rooms[0]?.tokensMissing;
  assert.deepEqual(missing(locked, []), ['publish']);
  assert.equal(missing(locked, ['events.keynote.publish']), undefined);
  assert.equal(missing(settingsOf('keynote'), []), undefined);
});

test('offers and answers are counted with their sizes, and messages without a body are not', async () => {
  const { meter, scrape } = metricsOf(() => seen([]));
  meter.answered({ route: 'whep', method: 'POST' }, { status: 201, seconds: 0.1, bytesIn: 1000, bytesOut: 3000 });
  meter.answered({ route: 'whep_session', method: 'DELETE' }, { status: 200, seconds: 0.1, bytesIn: 0, bytesOut: 0 });
  assert.deepEqual(series((await scrape('text')).body, /^live_signal_message_bytes_(sum|count)\{.*whep/), {
    'live_signal_message_bytes_sum{protocol="whep",direction="in"}': 1000,
    'live_signal_message_bytes_count{protocol="whep",direction="in"}': 1,
    'live_signal_message_bytes_sum{protocol="whep",direction="out"}': 3000,
    'live_signal_message_bytes_count{protocol="whep",direction="out"}': 1,
  });
});

test('a scrape tells how large the one before was, and how long it took', async () => {
  const { scrape } = metricsOf(() => seen([]));
  const { body } = await scrape('text');
  assert.deepEqual(series((await scrape('text')).body, /^live_scrape/), {
    live_scrape_duration_seconds: 1,
    live_scrape_bytes: Buffer.byteLength(body),
  });
});

test('messages between the threads are told by direction', async () => {
  const told = seen([], snapshot({ messages: { toMedia: 7, toMain: 5 } }));
  assert.deepEqual(series((await metricsOf(() => told).scrape('text')).body, /^live_thread_messages_total/), {
    'live_thread_messages_total{direction="to_media"}': 7,
    'live_thread_messages_total{direction="to_main"}': 5,
  });
});
