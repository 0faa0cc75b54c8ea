import { clients, directions, type Family, none, room } from './metric-family.ts';

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const messageBytes = [256, 1024, 2048, 4096, 8192, 16_384, 65_536] as const;
const signalSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Paths of the public port, without what differs from client to client. */
const routes = [
  'whip',
  'whep',
  'whip_session',
  'whep_session',
  'whip_events',
  'whep_events',
  'whep_layer',
  'player',
  'publisher',
  'asset',
  'other',
] as const;
const methods = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'other'] as const;
const signalMethods = ['POST', 'PATCH', 'DELETE'] as const;

/** Why a request was refused. */
export const refusalReasons = [
  'UnknownRoom',
  'UnknownSession',
  'UnknownPath',
  'Unauthorized',
  'Forbidden',
  'LockedOut',
  'KeysUnavailable',
  'TooMany',
  'Overloaded',
  'Busy',
  'Draining',
  'NotReady',
  'PublisherExists',
  'NoPublisher',
  'RoomFull',
  'MalformedOffer',
  'UnusableOffer',
  'NotAcceptable',
  'MalformedFragment',
  'UnusableFragment',
  'UnusableLayer',
  'PreconditionRequired',
  'PreconditionFailed',
  'UnsupportedMediaType',
  'TooLarge',
  'HeadTooLarge',
  'TooSlow',
  'MethodNotAllowed',
  'PodUnreachable',
  'PodTimeout',
  'BadRequest',
  'Internal',
] as const;

/** Why a client that had its answer did not get in. */
export const handshakeFailures = [
  'FingerprintMismatch',
  'BadSignature',
  'HandshakeFailed',
  'HandshakeTimeout',
] as const;

/** What is asked of the public port, and what comes of it. */
export const httpMetric = {
  httpRequests: {
    name: 'live_http_requests_total',
    type: 'counter',
    help: 'Requests on the public port; 499 is a client that left before its answer.',
    labels: {
      route: routes,
      method: methods,
      code: 'StatusCodes',
    },
  },
  httpTime: {
    name: 'live_http_request_duration_seconds',
    type: 'histogram',
    help: 'From the request to the end of its answer, on the public port.',
    labels: {
      route: routes,
      method: methods,
    },
    buckets: requestSeconds,
  },
  whipRequests: {
    name: 'live_whip_requests_total',
    type: 'counter',
    help: 'WHIP requests; room is empty for rooms that do not exist.',
    labels: { method: signalMethods, code: 'StatusCodes', ...room },
  },
  whepRequests: {
    name: 'live_whep_requests_total',
    type: 'counter',
    help: 'WHEP requests; room is empty for rooms that do not exist.',
    labels: { method: signalMethods, code: 'StatusCodes', ...room },
  },
  whipTime: {
    name: 'live_whip_request_duration_seconds',
    type: 'histogram',
    help: 'From a WHIP request to its answer.',
    labels: { method: signalMethods, ...room },
    buckets: signalSeconds,
  },
  whepTime: {
    name: 'live_whep_request_duration_seconds',
    type: 'histogram',
    help: 'From a WHEP request to its answer.',
    labels: { method: signalMethods, ...room },
    buckets: signalSeconds,
  },
  signalMessages: {
    name: 'live_signal_messages_total',
    type: 'counter',
    help: 'Signalling messages, received and answered.',
    labels: { protocol: ['whip', 'whep'], direction: directions, status: ['success', 'failure'] },
  },
  signalBytes: {
    name: 'live_signal_message_bytes',
    type: 'histogram',
    help: 'Size of signalling messages with a body: offers, answers, changes of ICE.',
    labels: { protocol: ['whip', 'whep'], direction: directions },
    buckets: messageBytes,
  },
  operations: {
    name: 'live_operations_total',
    type: 'counter',
    help: 'What a session is made of, done or failed.',
    labels: { operation: ['Offer', 'Answer', 'Ice', 'Dtls', 'Join'], result: ['success', 'failure'] },
  },
  requestsRefused: {
    name: 'live_requests_refused_total',
    type: 'counter',
    help: 'Requests that were refused, and sessions whose handshake failed.',
    labels: {
      reason: [...refusalReasons, ...handshakeFailures],
    },
  },
  connectionsRefused: {
    name: 'live_http_connections_refused_total',
    type: 'counter',
    help: 'Connections to the public port that were closed at once, as it had as many as it may have.',
    labels: none,
  },
  requestsPassedOn: {
    name: 'live_requests_passed_on_total',
    type: 'counter',
    help: 'Requests for a session of another pod of the room, passed on to that one.',
    labels: { result: ['Answered', 'Gone', 'Unreachable', 'TimedOut', 'TooMany', 'Left'] },
  },
  requestsTakenOver: {
    name: 'live_requests_taken_over_total',
    type: 'counter',
    help: 'Requests that other pods passed on to this one, as their sessions are here.',
    labels: { result: ['Taken', 'Forged', 'Stale', 'Repeated', 'Misdirected'] },
  },
  authFailures: {
    name: 'live_auth_failures_total',
    type: 'counter',
    help: 'Requests without a token, or with a wrong one.',
    labels: {
      client: clients,
      reason: ['Missing', 'Wrong', 'Expired', 'Unusable', 'UnknownKey', 'Forbidden', 'KeysUnavailable', 'LockedOut'],
    },
  },
  errors: {
    name: 'live_errors_total',
    type: 'counter',
    help: 'Failures of the server itself.',
    labels: { type: ['Http', 'Media', 'Settings', 'Metrics', 'Uncaught'] },
  },
} as const satisfies Record<string, Family>;
