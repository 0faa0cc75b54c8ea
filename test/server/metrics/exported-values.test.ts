/** No two numbers of what is told here are the same, so that none can stand under the name of another. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Distribution, type noCounters, noTotals } from '#server/media/counts.ts';
import { dropReasons, type MediaSnapshot } from '#server/media/plane.ts';
import { type Status, status } from '#server/observation/status.ts';
import { series } from '../series.ts';
import { facts, metricsOf, seen, snapshot, view } from '../statuses.ts';

const told = async (of: Status, names: RegExp) => series((await metricsOf(() => of).scrape('text')).body, names);
const ofMedia = (media: Partial<MediaSnapshot>, names: RegExp) => told(seen([], snapshot(media)), names);

test('what flows through a room, and what of it is held up', async () => {
  const counters = {
    receivedPackets: 1,
    receivedBytes: 100,
    sentPackets: 2,
    sentBytes: 200,
    withheld: {
      NoCodec: { packets: 3, bytes: 300 },
      NoKeyFrame: { packets: 4, bytes: 400 },
      LinkTooThin: { packets: 7, bytes: 700 },
      Gone: { packets: 5, bytes: 500 },
    },
    heldBack: 8,
    stalls: { audio: 5, video: 6 },
  } satisfies ReturnType<typeof noCounters>;
  const of = seen([view('a')], snapshot({ rooms: { 'events/a': counters } }));
  assert.deepEqual(await told(of, /^live_(rtp_.*|track_stalls_total|subscribers_held_back)\{room="a"/), {
    'live_rtp_packets_total{room="a"}': 2,
    'live_rtp_bytes_total{room="a"}': 200,
    'live_rtp_received_packets_total{room="a"}': 1,
    'live_rtp_received_bytes_total{room="a"}': 100,
    'live_rtp_withheld_packets_total{room="a",reason="NoCodec"}': 3,
    'live_rtp_withheld_packets_total{room="a",reason="NoKeyFrame"}': 4,
    'live_rtp_withheld_packets_total{room="a",reason="LinkTooThin"}': 7,
    'live_rtp_withheld_packets_total{room="a",reason="Gone"}': 5,
    'live_rtp_withheld_bytes_total{room="a",reason="NoCodec"}': 300,
    'live_rtp_withheld_bytes_total{room="a",reason="NoKeyFrame"}': 400,
    'live_rtp_withheld_bytes_total{room="a",reason="LinkTooThin"}': 700,
    'live_rtp_withheld_bytes_total{room="a",reason="Gone"}': 500,
    'live_subscribers_held_back{room="a"}': 8,
    'live_track_stalls_total{room="a",kind="audio"}': 5,
    'live_track_stalls_total{room="a",kind="video"}': 6,
  });
});

test('RTP of the pod, by direction and transmission, and its tracks', async () => {
  const rtp = {
    in: { initial: { packets: 1, bytes: 100 }, retransmission: { packets: 2, bytes: 200 } },
    out: { initial: { packets: 3, bytes: 300 }, retransmission: { packets: 4, bytes: 400 } },
  };
  const tracks = { published: { audio: 5, video: 6 }, subscribed: { audio: 7, video: 8 } };
  const media = { totals: { ...noTotals(), rtp }, tracks };
  assert.deepEqual(await ofMedia(media, /_by_direction_total|^live_tracks/), {
    'live_rtp_packets_by_direction_total{direction="in",transmission="initial"}': 1,
    'live_rtp_packets_by_direction_total{direction="in",transmission="retransmission"}': 2,
    'live_rtp_packets_by_direction_total{direction="out",transmission="initial"}': 3,
    'live_rtp_packets_by_direction_total{direction="out",transmission="retransmission"}': 4,
    'live_rtp_bytes_by_direction_total{direction="in",transmission="initial"}': 100,
    'live_rtp_bytes_by_direction_total{direction="in",transmission="retransmission"}': 200,
    'live_rtp_bytes_by_direction_total{direction="out",transmission="initial"}': 300,
    'live_rtp_bytes_by_direction_total{direction="out",transmission="retransmission"}': 400,
    'live_tracks_published{kind="audio"}': 5,
    'live_tracks_published{kind="video"}': 6,
    'live_tracks_subscribed{kind="audio"}': 7,
    'live_tracks_subscribed{kind="video"}': 8,
  });
});

test('how well media arrives, and what was asked for because of it', async () => {
  const none = noTotals();
  const summing = ({ counts }: Distribution, sum: number) => ({ counts, sum });
  const each = <T>(make: (n: number) => T) => ({
    in: { audio: make(1), video: make(2) },
    out: { audio: make(3), video: make(4) },
  });
  const totals = {
    ...none,
    lost: each((n) => n),
    lossRatio: each((n) => summing(none.lossRatio.in.audio, 10 + n)),
    jitterSeconds: each((n) => summing(none.jitterSeconds.in.audio, 20 + n)),
    outOfOrder: { audio: 31, video: 32 },
    roundTripSeconds: summing(none.roundTripSeconds, 33),
    forwardSeconds: summing(none.forwardSeconds, 34),
    estimatedBytesPerSecond: summing(none.estimatedBytesPerSecond, 35),
    feedback: { nack: { in: 41, out: 42 }, pli: { in: 43, out: 44 }, fir: { in: 45, out: 46 } },
    nackedPackets: { in: 47, out: 48 },
    nackedPacketsRefused: { NotKept: 147, TooSoon: 148, OverBudget: 149 },
    probes: { Carried: 150, NotCarried: 151 },
    probed: { packets: 152, bytes: 153 },
    switches: {
      Up: { Estimate: 154, Manual: 155, Stopped: 156, Best: 157 },
      Down: { Estimate: 158, Manual: 159, Stopped: 160, Best: 161 },
    },
  };
  const names =
    /^live_(rtp_packets_lost_total|rtp_out_of_order_total|rtcp_.*|bandwidth_probe.*|layer_switches_total|\w+_sum)[{ ]/;
  const lines = Object.entries(await ofMedia({ totals }, names)).filter(([, value]) => value > 0);
  assert.deepEqual(Object.fromEntries(lines), {
    'live_rtp_packets_lost_total{direction="in",kind="audio"}': 1,
    'live_rtp_packets_lost_total{direction="in",kind="video"}': 2,
    'live_rtp_packets_lost_total{direction="out",kind="audio"}': 3,
    'live_rtp_packets_lost_total{direction="out",kind="video"}': 4,
    'live_rtp_loss_ratio_sum{direction="in",kind="audio"}': 11,
    'live_rtp_loss_ratio_sum{direction="in",kind="video"}': 12,
    'live_rtp_loss_ratio_sum{direction="out",kind="audio"}': 13,
    'live_rtp_loss_ratio_sum{direction="out",kind="video"}': 14,
    'live_rtp_jitter_seconds_sum{direction="in",kind="audio"}': 21,
    'live_rtp_jitter_seconds_sum{direction="in",kind="video"}': 22,
    'live_rtp_jitter_seconds_sum{direction="out",kind="audio"}': 23,
    'live_rtp_jitter_seconds_sum{direction="out",kind="video"}': 24,
    'live_rtp_out_of_order_total{kind="audio"}': 31,
    'live_rtp_out_of_order_total{kind="video"}': 32,
    'live_round_trip_seconds_sum{client="subscriber"}': 33,
    live_bandwidth_estimate_bytes_per_second_sum: 35,
    live_forward_latency_seconds_sum: 34,
    'live_rtcp_feedback_total{type="nack",direction="in"}': 41,
    'live_rtcp_feedback_total{type="nack",direction="out"}': 42,
    'live_rtcp_feedback_total{type="pli",direction="in"}': 43,
    'live_rtcp_feedback_total{type="pli",direction="out"}': 44,
    'live_rtcp_feedback_total{type="fir",direction="in"}': 45,
    'live_rtcp_feedback_total{type="fir",direction="out"}': 46,
    'live_rtcp_nacked_packets_total{direction="in"}': 47,
    'live_rtcp_nacked_packets_total{direction="out"}': 48,
    'live_rtcp_nacked_packets_refused_total{reason="NotKept"}': 147,
    'live_rtcp_nacked_packets_refused_total{reason="TooSoon"}': 148,
    'live_rtcp_nacked_packets_refused_total{reason="OverBudget"}': 149,
    'live_bandwidth_probes_total{result="Carried"}': 150,
    'live_bandwidth_probes_total{result="NotCarried"}': 151,
    live_bandwidth_probe_bytes_total: 153,
    'live_layer_switches_total{direction="Up",reason="Estimate"}': 154,
    'live_layer_switches_total{direction="Up",reason="Manual"}': 155,
    'live_layer_switches_total{direction="Up",reason="Stopped"}': 156,
    'live_layer_switches_total{direction="Up",reason="Best"}': 157,
    'live_layer_switches_total{direction="Down",reason="Estimate"}': 158,
    'live_layer_switches_total{direction="Down",reason="Manual"}': 159,
    'live_layer_switches_total{direction="Down",reason="Stopped"}': 160,
    'live_layer_switches_total{direction="Down",reason="Best"}': 161,
  });
});

test('datagrams that were dropped, by reason', async () => {
  const numbered = dropReasons.map((reason, i) => [reason, i + 1] as const);
  const dropped = Object.fromEntries(numbered) as MediaSnapshot['dropped'];
  assert.deepEqual(
    await ofMedia({ dropped }, /^live_datagrams_dropped_total/),
    Object.fromEntries(numbered.map(([reason, n]) => [`live_datagrams_dropped_total{reason="${reason}"}`, n])),
  );
});

test('the pod’s part of its node', async () => {
  const { node } = facts();
  const busy = {
    ...node,
    reading: {
      ...node.reading,
      limits: { cores: 3, memoryBytes: 4 },
      usage: { cpuSeconds: 5, throttledSeconds: 6, memoryBytes: 7 },
      udp: { sent: 11, received: 12, receiveBufferFull: 13, sendBufferFull: 14, noPort: 15, malformed: 16 },
    },
    cpuLoad: 0.1,
    mainThread: { utilization: 0.2, lagSeconds: 0.3 },
  };
  const egressLoads = [
    { utilization: 0.7, lagSeconds: 0 },
    { utilization: 0.1, lagSeconds: 0.25 },
  ];
  const of = status([], snapshot({ load: { utilization: 0.4, lagSeconds: 0.5 }, egressLoads }), facts({ node: busy }));
  assert.deepEqual(await told(of, /^live_(pod_(cpu|memory|udp)|thread_(utilization|lag))/), {
    live_pod_cpu_seconds_total: 5,
    live_pod_cpu_throttled_seconds_total: 6,
    live_pod_cpu_limit_cores: 3,
    live_pod_cpu_load_ratio: 0.1,
    live_pod_memory_bytes: 7,
    live_pod_memory_limit_bytes: 4,
    'live_pod_udp_datagrams_total{event="sent"}': 11,
    'live_pod_udp_datagrams_total{event="received"}': 12,
    'live_pod_udp_datagrams_total{event="receive_buffer_full"}': 13,
    'live_pod_udp_datagrams_total{event="send_buffer_full"}': 14,
    'live_pod_udp_datagrams_total{event="no_port"}': 15,
    'live_pod_udp_datagrams_total{event="malformed"}': 16,
    'live_thread_utilization_ratio{thread="main"}': 0.2,
    'live_thread_utilization_ratio{thread="media"}': 0.4,
    'live_thread_utilization_ratio{thread="egress"}': 0.7,
    'live_thread_lag_seconds{thread="main"}': 0.3,
    'live_thread_lag_seconds{thread="media"}': 0.5,
    'live_thread_lag_seconds{thread="egress"}': 0.25,
  });
});

test('objects that the server keeps', async (t) => {
  const of = seen([view('a'), view('b')], snapshot({ transports: 4 }), { sessions: 3 });
  const objects = async (type: string) => (await told(of, /^live_debug/))[`live_debug_objects{type="${type}"}`] ?? 0;
  assert.deepEqual(await Promise.all(['room', 'session', 'transport'].map(objects)), [2, 3, 4]);
  const before = { sockets: await objects('socket'), timers: await objects('timer') };
  const sockets = Array.from({ length: 5 }, () => createSocket('udp4').bind(0, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const timers = Array.from({ length: 50 }, () => setTimeout(() => {}, 60_000));
  t.after(() => {
    for (const socket of sockets) socket.close();
    for (const timer of timers) clearTimeout(timer);
  });
  const grown = {
    sockets: (await objects('socket')) - before.sockets,
    timers: (await objects('timer')) - before.timers,
  };
  assert.ok(grown.sockets >= 5 && grown.sockets < 25, `5 sockets are ${grown.sockets}`);
  assert.ok(grown.timers > 25, `50 timers are ${grown.timers}`);
});
