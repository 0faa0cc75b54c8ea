import { handshakeFailures, httpMetric } from '#crds/http-metrics.ts';
import { clients } from '#crds/metric-family.ts';
import type { AskedRequest, Meter } from '../meter.ts';
import type { Status } from '../observation/status.ts';
import { type Families, roomLabel } from './families.ts';

/** What clients ask for on the public port, and what they get. */
export function httpMetrics(families: Families, seen: () => Status): readonly Partial<Meter>[] {
  const requests = families.counter(httpMetric.httpRequests);
  const time = families.histogram(httpMetric.httpTime);
  for (const [route, method, code] of usual) {
    requests.inc({ route, method, code }, 0);
    time.zero({ route, method });
  }
  const all: Partial<Meter> = {
    answered: ({ route, method }, { status, seconds }) => {
      requests.inc({ route, method, code: String(status) });
      time.observe({ route, method }, seconds);
    },
    unread: (status) => requests.inc({ route: 'other', method: 'other', code: String(status) }),
  };
  return [all, signalling(families, seen), refusals(families), betweenPods(families)];
}

/** What goes well in every session. */
const usual = [
  ['whip', 'POST', '201'],
  ['whep', 'POST', '201'],
  ['whip_session', 'DELETE', '200'],
  ['whep_session', 'DELETE', '200'],
] as const;

/** What a room answers, as the alerts about it ask for: they see the first failures only where there was none before. */
const known = ['201', '500', '503'] as const;

/** Statuses of messages that were not understood. */
const malformed = new Set([400, 413, 415]);

function signalling(families: Families, seen: () => Status): Partial<Meter> {
  const messages = families.counter(httpMetric.signalMessages);
  const bytes = families.histogram(httpMetric.signalBytes);
  const { protocol: protocols, direction: directions, status: statuses } = httpMetric.signalMessages.labels;
  for (const protocol of protocols)
    for (const direction of directions) {
      bytes.zero({ protocol, direction });
      for (const status of statuses) messages.inc({ protocol, direction, status }, 0);
    }
  // Requests for rooms that do not exist have the empty room; the alerts know of them, too.
  const requestsOf = (family: typeof httpMetric.whipRequests | typeof httpMetric.whepRequests) => {
    const requests = families.counter(family, (counter) => {
      for (const { name: room } of seen().rooms)
        counter.begin(room, () => known.map((code) => ({ method: 'POST', code, room })));
    });
    requests.inc({ method: 'POST', code: '404', room: '' }, 0);
    return requests;
  };
  const timeOf = (family: typeof httpMetric.whipTime | typeof httpMetric.whepTime) => {
    const time = families.histogram(family);
    time.zero({ method: 'POST', room: '' });
    return time;
  };
  const protocolMetrics = {
    whip: { requests: requestsOf(httpMetric.whipRequests), time: timeOf(httpMetric.whipTime) },
    whep: { requests: requestsOf(httpMetric.whepRequests), time: timeOf(httpMetric.whepTime) },
  };
  return {
    answered: (request, { status, seconds, bytesIn = 0, bytesOut = 0 }) => {
      const message = signalOf(request);
      if (message === undefined) return;
      const { protocol, method } = message;
      const room = request.room === undefined ? '' : roomLabel(request.room);
      const { requests, time } = protocolMetrics[protocol];
      requests.inc({ method, code: String(status), room });
      time.observe({ method, room }, seconds);
      if (bytesIn > 0) bytes.observe({ protocol, direction: 'in' }, bytesIn);
      if (bytesOut > 0) bytes.observe({ protocol, direction: 'out' }, bytesOut);
      messages.inc({ protocol, direction: 'in', status: malformed.has(status) ? 'failure' : 'success' });
      messages.inc({ protocol, direction: 'out', status: status < 400 ? 'success' : 'failure' });
    },
  };
}

/** The methods that WHIP and WHEP give a meaning; the rest are for browsers and proxies. */
function signalOf({ route, method }: AskedRequest) {
  if (method !== 'POST' && method !== 'PATCH' && method !== 'DELETE') return undefined;
  if (route === 'whip' || route === 'whip_session') return { protocol: 'whip', method } as const;
  if (route === 'whep' || route === 'whep_session') return { protocol: 'whep', method } as const;
  return undefined;
}

/** Requests that came to a pod which does not have their session, as both pods see them. */
function betweenPods(families: Families): Partial<Meter> {
  const passedOn = families.counter(httpMetric.requestsPassedOn);
  for (const result of httpMetric.requestsPassedOn.labels.result) passedOn.inc({ result }, 0);
  const takenOver = families.counter(httpMetric.requestsTakenOver);
  for (const result of httpMetric.requestsTakenOver.labels.result) takenOver.inc({ result }, 0);
  return {
    passedOn: (result) => passedOn.inc({ result }),
    takenOver: (result) => takenOver.inc({ result }),
  };
}

/** Clients that were turned away, at the door or in the handshake. Every reason has its series from the start. */
function refusals(families: Families): Partial<Meter> {
  const refused = families.counter(httpMetric.requestsRefused);
  for (const reason of httpMetric.requestsRefused.labels.reason) refused.inc({ reason }, 0);
  const connections = families.counter(httpMetric.connectionsRefused);
  connections.inc({}, 0);
  const authFailures = families.counter(httpMetric.authFailures);
  for (const client of clients)
    for (const reason of httpMetric.authFailures.labels.reason) authFailures.inc({ client, reason }, 0);
  return {
    refused: (reason) => refused.inc({ reason }),
    connectionRefused: () => connections.inc({}),
    ended: (_session, { reason }) => {
      const failure = handshakeFailures.find((known) => known === reason);
      if (failure !== undefined) refused.inc({ reason: failure });
    },
    unauthorized: (client, reason) => authFailures.inc({ client, reason }),
  };
}
