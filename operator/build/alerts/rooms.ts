import { serverMetric } from '#crds/metrics.ts';
import type { Alert } from './alert.ts';
import { alert } from './names.ts';
import type { Series } from './series.ts';

const { subscribers, roomPublishing, roomMaxSubscribers, roomAlertThreshold, draining } = serverMetric;

/**
 * What is wrong with a room as its people see it. A room may have two pods, one that drains and its successor, so what
 * both have is added up or the larger is taken. Each threshold is of the room's own spec; without one above 0 there is no
 * alert.
 */
export const roomAlerts = (series: Series): readonly Alert[] => [
  noPublisher(series),
  highSubscriberCount(series),
  nearCapacity(series),
  subscriberDrop(series),
];

const threshold = (series: Series, of: 'NoPublisher' | 'HighSubscriberCount' | 'NearCapacity') =>
  `max by (namespace, room) (${series.of(roomAlertThreshold, { alert: of })}) > 0`;

const isPublishing = (series: Series) => `max by (namespace, room) (${series.of(roomPublishing)}) > 0`;

const noPublisher = (series: Series): Alert => ({
  name: alert.roomNoPublisher,
  severity: 'warning',
  expr: `${threshold(series, 'NoPublisher')}
  unless ${isPublishing(series)}`,
  for: '5m',
  summary: 'Nobody publishes to room {{ $labels.namespace }}/{{ $labels.room }}.',
  description:
    'Room {{ $labels.namespace }}/{{ $labels.room }} is expected to have a publisher always, and has had none that sends media for 5 minutes. Its viewers see nothing.',
});

const highSubscriberCount = (series: Series): Alert => ({
  name: alert.roomHighSubscriberCount,
  severity: 'warning',
  expr: `sum by (namespace, room) (${series.of(subscribers)})
  > (${threshold(series, 'HighSubscriberCount')})`,
  for: '1m',
  summary: 'Room {{ $labels.namespace }}/{{ $labels.room }} has {{ $value }} subscribers.',
  description:
    'Room {{ $labels.namespace }}/{{ $labels.room }} has {{ $value }} subscribers, more than its spec.monitoring.alerts.highSubscriberCount.',
});

/** Of one pod at a time, as each has so many places; one that drains takes nobody anyway. */
const nearCapacity = (series: Series): Alert => ({
  name: alert.roomNearCapacity,
  severity: 'warning',
  expr: `max by (namespace, room) (
  100 * ${series.of(subscribers)} / (${series.of(roomMaxSubscribers)} > 0)
  unless on (namespace, pod) ${series.of(draining)} > 0
)
  >= (${threshold(series, 'NearCapacity')})`,
  for: '1m',
  summary: 'Room {{ $labels.namespace }}/{{ $labels.room }} is {{ $value | printf "%.0f" }} % full.',
  description:
    'Room {{ $labels.namespace }}/{{ $labels.room }} has {{ $value | printf "%.0f" }} % of the subscribers that spec.play.maxSubscribers allows. When it is full, further viewers are turned away.',
});

const subscriberDrop = (series: Series): Alert => {
  const now = `sum by (namespace, room) (${series.of(subscribers)})`;
  const before = `sum by (namespace, room) (${series.of(subscribers)} offset 5m)`;
  return {
    name: alert.subscriberDrop,
    severity: 'critical',
    expr: `${before} - ${now}
  > clamp_min(0.3 * ${before}, 100)
  and ${isPublishing(series)}`,
    for: '1m',
    summary: 'Room {{ $labels.namespace }}/{{ $labels.room }} lost {{ $value }} subscribers.',
    description:
      'Room {{ $labels.namespace }}/{{ $labels.room }} has {{ $value }} subscribers fewer than 5 minutes ago, more than 30 % of them, while its publisher sends.',
  };
};
