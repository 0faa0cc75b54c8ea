import { type Family, kinds, room } from './metric-family.ts';

/** What a publisher should change about its encoder. */
export const hintReasons = ['BFrames', 'RareKeyFrames', 'NoParameterSets'] as const;

/**
 * Of an encoding: `Active`, its losses are asked for again and key frames when they are missed; `Paused`, nobody is sent it, so
 * that neither is done; `Stopped`, the encoder sends none.
 */
export const layerStates = ['Active', 'Paused', 'Stopped'] as const;

/** How good what publishers send is, by the headers of their packets. Only of rooms whose publisher has begun to send. */
export const ingestMetric = {
  ingestRate: {
    name: 'live_ingest_bytes_per_second',
    type: 'gauge',
    help: 'Payload that a publisher sends, over the last 10 s.',
    labels: { ...room, kind: kinds },
  },
  ingestFrames: {
    name: 'live_ingest_frames_per_second',
    type: 'gauge',
    help: 'Pictures that a publisher sends, over the last 10 s.',
    labels: room,
  },
  ingestWidth: {
    name: 'live_ingest_width_pixels',
    type: 'gauge',
    help: 'Width of the pictures; 0 while nothing has told.',
    labels: room,
  },
  ingestHeight: {
    name: 'live_ingest_height_pixels',
    type: 'gauge',
    help: 'Height of the pictures; 0 while nothing has told.',
    labels: room,
  },
  ingestKeyFrameInterval: {
    name: 'live_ingest_key_frame_interval_seconds',
    type: 'gauge',
    help: 'The longest time between two key frames in the last minute, or since the last.',
    labels: room,
  },
  ingestLayers: {
    name: 'live_ingest_layers',
    type: 'gauge',
    help: 'Encodings of the video, of a publisher that sends several: active; paused, as nobody is sent them, so that their losses are not asked for again; or stopped by the encoder.',
    labels: { ...room, state: layerStates },
  },
  ingestHints: {
    name: 'live_ingest_hint',
    type: 'gauge',
    help: 'Whether a publisher should change its encoder: it sends B-frames, key frames seldom, or such that nobody can begin with.',
    labels: { ...room, reason: hintReasons },
  },
  publisherNoMedia: {
    name: 'live_publisher_no_media_total',
    type: 'counter',
    help: 'Publishers that connected and sent no media for 10 s.',
    labels: room,
  },
} as const satisfies Record<string, Family>;
