import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podStats } from '#server/observation/status.ts';
import { emptyRoom, withConnected, withPublisher } from '#server/room/room.ts';
import { series } from '../series.ts';
import { metricsOf, seen, snapshot, view } from '../statuses.ts';

const figures = {
  bitsPerSecond: 2_500_000.4,
  framesPerSecond: 29.97,
  width: 1280,
  height: 720,
  keyFrameIntervalMs: 10_000,
  keyFrameWaitMs: 0,
  hasBFrames: true,
  bareKeyFrames: 0,
};
const low = { rid: 'l', width: 320, height: 180, bitsPerSecond: 150_000 };
const live = withConnected(withPublisher(emptyRoom(), 'p', 0), 'p');
const status = seen(
  [view('keynote', live), view('lobby')],
  snapshot({
    ingest: {
      'events/keynote': {
        video: figures,
        hints: [{ reason: 'BFrames', message: 'No B-frames.' }],
        layers: [
          { ...low, state: 'Paused' },
          { ...low, rid: 'h', state: 'Active' },
        ],
      },
    },
  }),
);

test('metrics tell what a publisher sends, and of a room without one nothing', async () => {
  const { body } = await metricsOf(() => status).scrape('text');
  assert.deepEqual(series(body, /^live_(ingest|publisher_no)/), {
    'live_ingest_bytes_per_second{room="keynote",kind="audio"}': 0,
    'live_ingest_bytes_per_second{room="keynote",kind="video"}': 312_500.05,
    'live_ingest_frames_per_second{room="keynote"}': 29.97,
    'live_ingest_width_pixels{room="keynote"}': 1280,
    'live_ingest_height_pixels{room="keynote"}': 720,
    'live_ingest_key_frame_interval_seconds{room="keynote"}': 10,
    'live_ingest_layers{room="keynote",state="Active"}': 1,
    'live_ingest_layers{room="keynote",state="Paused"}': 1,
    'live_ingest_layers{room="keynote",state="Stopped"}': 0,
    'live_ingest_hint{room="keynote",reason="BFrames"}': 1,
    'live_ingest_hint{room="keynote",reason="RareKeyFrames"}': 0,
    'live_ingest_hint{room="keynote",reason="NoParameterSets"}': 0,
    'live_publisher_no_media_total{room="keynote"}': 0,
    'live_publisher_no_media_total{room="lobby"}': 0,
  });
});

test('statistics tell the same, in figures that can be read', () => {
  const [keynote, lobby] = podStats(status).rooms;
  assert.deepEqual(keynote?.publisher?.ingest, {
    audioBitsPerSecond: 0,
    videoBitsPerSecond: 2_500_000,
    framesPerSecond: 30,
    width: 1280,
    height: 720,
    keyFrameIntervalSeconds: 10,
    hints: ['No B-frames.'],
    layers: [
      { ...low, state: 'Paused' },
      { ...low, rid: 'h', state: 'Active' },
    ],
  });
  assert.equal(lobby?.publisher, undefined);
});
