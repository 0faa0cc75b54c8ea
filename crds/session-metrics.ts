import { clients, type Family, none, room } from './metric-family.ts';

/** Seconds from a request to what the client waits for. */
const waiting = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const sessionSeconds = [0.1, 1, 10, 30, 60, 300, 900, 1800, 3600, 7200, 14400] as const;

/** How a client gets in, step by step; the last two are ways of not getting in. */
const joinStates = [
  'Received',
  'Rejected',
  'Answered',
  'IceConnected',
  'DtlsConnected',
  'Media',
  'Canceled',
  'Failed',
] as const;

/** How clients come in, stay and go. */
export const sessionMetric = {
  connections: { name: 'live_connections', type: 'gauge', help: 'Connected clients.', labels: { client: clients } },
  pendingHandshakes: {
    name: 'live_dtls_handshakes_pending',
    type: 'gauge',
    help: 'DTLS handshakes that have begun, and neither ended nor come to keys.',
    labels: none,
  },
  joins: {
    name: 'live_session_join_total',
    type: 'counter',
    help: 'Sessions that reached a step on the way in.',
    labels: { client: clients, state: joinStates },
  },
  joinTime: {
    name: 'live_session_join_seconds',
    type: 'histogram',
    help: 'From the request with the offer to its answer.',
    labels: { client: clients },
    buckets: waiting,
  },
  startTime: {
    name: 'live_session_start_seconds',
    type: 'histogram',
    help: 'From the request with the offer to the first media packet.',
    labels: { client: clients },
    buckets: waiting,
  },
  timeToFirstFrame: {
    name: 'live_time_to_first_frame_seconds',
    type: 'histogram',
    help: 'From the request with the offer to the first key frame, received of a publisher or sent to a subscriber.',
    labels: { client: clients },
    buckets: waiting,
  },
  sessionDuration: {
    name: 'live_session_duration_seconds',
    type: 'histogram',
    help: 'For how long sessions lasted, and what ended them.',
    labels: {
      client: clients,
      reason: [
        'Deleted',
        'Bye',
        'Closed',
        'Silent',
        'NoMedia',
        'Replaced',
        'PublisherGone',
        'RoomRemoved',
        'Shutdown',
        'FingerprintMismatch',
        'BadSignature',
        'HandshakeFailed',
        'HandshakeTimeout',
        'Internal',
      ],
    },
    buckets: sessionSeconds,
  },
  iceTime: {
    name: 'live_ice_establishment_duration_seconds',
    type: 'histogram',
    help: 'From the answer until ICE was connected, or was given up.',
    labels: { client: clients, ...room, result: ['connected', 'failed'] },
    buckets: waiting,
  },
  iceFailures: {
    name: 'live_ice_failures_total',
    type: 'counter',
    help: 'Sessions whose connection failed or was lost.',
    labels: { client: clients, ...room, reason: ['Timeout', 'Disconnected', 'DtlsFailed'] },
  },
} as const satisfies Record<string, Family>;
