import { clients } from '#crds/metric-family.ts';
import { sessionMetric } from '#crds/session-metrics.ts';
import type { Meter } from '../meter.ts';
import { inUse, type Status } from '../observation/status.ts';
import { connectionFailure, joins } from '../session/joins.ts';
import { type Families, roomLabel } from './families.ts';

/** Who is connected, for how long sessions last, and how their connections come about and break. */
export function sessionMetrics(families: Families, seen: () => Status): Partial<Meter> {
  families.gauge(sessionMetric.connections, (gauge) => {
    const connected = inUse(seen().rooms).clients;
    for (const client of clients) gauge.set({ client }, connected[client]);
  });
  families.gauge(sessionMetric.pendingHandshakes, (gauge) => gauge.set(seen().pendingHandshakes));
  const duration = families.histogram(sessionMetric.sessionDuration);
  for (const client of clients) duration.zero({ client, reason: 'Deleted' });
  const iceTime = families.histogram(sessionMetric.iceTime);
  const { reason: reasons } = sessionMetric.iceFailures.labels;
  const failures = families.counter(sessionMetric.iceFailures, (counter) => {
    for (const { name: room } of seen().rooms)
      counter.begin(room, () => clients.flatMap((client) => reasons.map((reason) => ({ client, room, reason }))));
  });
  return {
    // So many series are only for rooms that somebody comes to; who fails is counted above.
    answered: (request, { status }) => {
      if (joins(request) === undefined || status !== 201 || request.room === undefined) return;
      const room = roomLabel(request.room);
      iceTime.begin(room, () => clients.map((client) => ({ client, room, result: 'connected' })));
    },
    reached: ({ role: client, room }, step, { sinceAnswered }) => {
      if (step !== 'IceConnected') return;
      const labels = { client, room: roomLabel(room), result: 'connected' } as const;
      iceTime.observe(labels, sinceAnswered);
    },
    ended: ({ role: client, room: id }, { reason, last, seconds }) => {
      duration.observe({ client, reason }, seconds);
      const failure = connectionFailure(reason, last);
      if (failure === undefined) return;
      const room = roomLabel(id);
      failures.inc({ client, room, reason: failure });
      if (failure === 'Timeout') iceTime.observe({ client, room, result: 'failed' }, seconds);
    },
  };
}
