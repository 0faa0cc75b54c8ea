import { type Family, kinds, none, room } from './metric-family.ts';

const roomSeconds = [5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 18_000, 36_000] as const;

/** Thresholds that a room's spec sets for the alerts about it. */
export const roomAlerts = ['HighSubscriberCount', 'NearCapacity', 'NoPublisher'] as const;

/** What is known of rooms. */
export const roomMetric = {
  rooms: { name: 'live_rooms', type: 'gauge', help: 'Rooms with a connected publisher or subscriber.', labels: none },
  roomsPublishing: {
    name: 'live_rooms_publishing',
    type: 'gauge',
    help: 'Rooms whose publisher sends media.',
    labels: none,
  },
  subscribers: { name: 'live_subscribers', type: 'gauge', help: 'Connected subscribers of a room.', labels: room },
  subscribersHeldBack: {
    name: 'live_subscribers_held_back',
    type: 'gauge',
    help: 'Connected subscribers that are sent sound but no video, as their networks do not carry the least of it.',
    labels: room,
  },
  roomPublishing: {
    name: 'live_room_publishing',
    type: 'gauge',
    help: 'Whether a publisher is connected to a room and sends media.',
    labels: room,
  },
  roomMaxSubscribers: {
    name: 'live_room_max_subscribers',
    type: 'gauge',
    help: 'Subscribers that a room takes at most; 0 is no limit.',
    labels: room,
  },
  roomAlertThreshold: {
    name: 'live_room_alert_threshold',
    type: 'gauge',
    help: 'Where an alert about a room begins, as its spec says; 0 is off.',
    labels: { ...room, alert: roomAlerts },
  },
  roomHealth: {
    name: 'live_room_health_ratio',
    type: 'gauge',
    help: 'How well a room with a publisher is fed: 1 up to 5 s of silence, falling to 0 at 30 s. 1 without a publisher.',
    labels: room,
  },
  roomDuration: {
    name: 'live_room_duration_seconds',
    type: 'histogram',
    help: 'For how long rooms were in use, from the first session to the end of the last.',
    labels: none,
    buckets: roomSeconds,
  },
  trackStalls: {
    name: 'live_track_stalls_total',
    type: 'counter',
    help: 'Times that a track of a connected publisher fell silent for 2 s.',
    labels: { ...room, kind: kinds },
  },
  codecMismatches: {
    name: 'live_codec_mismatches_total',
    type: 'counter',
    help: 'Offers of which a track could not be served, for want of a common codec.',
    labels: { ...room, kind: kinds },
  },
  capacityRejections: {
    name: 'live_capacity_rejections_total',
    type: 'counter',
    help: 'Sessions refused because the room is full.',
    labels: { ...room, scope: ['room'] },
  },
} as const satisfies Record<string, Family>;
