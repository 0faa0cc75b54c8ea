import { type Family, none } from './metric-family.ts';

/**
 * What clients are told as it happens: viewers by the events of WHEP's extensions, and by one of ours, whether their video is
 * held back; publishers by one of ours, too.
 */
export const eventTypesOf = {
  publisher: ['hints'],
  subscriber: ['active', 'inactive', 'layers', 'reconnect', 'video', 'viewercount'],
} as const;

/** The event streams of clients. */
export const eventMetric = {
  eventStreams: {
    name: 'live_event_streams',
    type: 'gauge',
    help: 'Event streams that clients read now.',
    labels: none,
  },
  eventConnections: {
    name: 'live_event_stream_connections_total',
    type: 'counter',
    help: 'Connections that read an event stream: opened, and how they ended. Left: by their clients. Ended: with the stream. Slow: they took nothing for 5 s.',
    labels: { status: ['Opened', 'Left', 'Ended', 'Slow'] },
  },
  eventsSent: {
    name: 'live_events_sent_total',
    type: 'counter',
    help: 'Events written to clients.',
    labels: { type: [...eventTypesOf.subscriber, ...eventTypesOf.publisher] },
  },
  eventsDropped: {
    name: 'live_events_dropped_total',
    type: 'counter',
    help: 'Events that nobody was sent. Superseded: a newer one of its kind came while nobody read. Unread: the stream ended.',
    labels: { reason: ['Superseded', 'Unread'] },
  },
  eventBytes: {
    name: 'live_event_size_bytes',
    type: 'histogram',
    help: 'Size of an event as it is written.',
    labels: none,
    buckets: [32, 64, 128, 256, 1024, 4096],
  },
  eventDelivery: {
    name: 'live_event_delivery_seconds',
    type: 'histogram',
    help: 'From an event to its being written, while its stream is read.',
    labels: none,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
} as const satisfies Record<string, Family>;
