import { serverMetric } from '#crds/metrics.ts';
import type { Alert } from './alert.ts';
import { alert } from './names.ts';
import { quantile, type Series } from './series.ts';

const { trackStalls, iceTime, iceFailures } = serverMetric;

/** Whether media comes in, and whether clients get their connection. */
export const mediaAlerts = (series: Series): readonly Alert[] => [
  publisherStalled(series),
  iceSlow(series),
  iceFailureRate(series),
  iceFailureRatio(series),
];

/** A room's monitor scrapes once a minute at least. */
const recently = '90s';

/** Of pods that are still scraped: what one counted that has gone is in the range for 5 minutes more. */
const publisherStalled = (series: Series): Alert => ({
  name: alert.publisherStalled,
  severity: 'critical',
  expr: `sum by (namespace, room) (
  increase(${series.of(trackStalls)}[5m])
  and count_over_time(${series.of(trackStalls)}[${recently}])
) > 0`,
  summary: 'The publisher of room {{ $labels.namespace }}/{{ $labels.room }} fell silent.',
  description:
    'A track of the connected publisher of room {{ $labels.namespace }}/{{ $labels.room }} has stood still for 2 seconds or more, about {{ $value | printf "%.0f" }} times in 5 minutes. Viewers see a frozen picture or hear nothing.',
});

const iceSlow = (series: Series): Alert => ({
  name: alert.iceSlow,
  severity: 'warning',
  expr: `${quantile(0.95, 'namespace, room', series.buckets(iceTime, { result: 'connected' }), '10m')} > 3`,
  for: '10m',
  summary: 'Clients of room {{ $labels.namespace }}/{{ $labels.room }} connect slowly.',
  description:
    'One in 20 clients of room {{ $labels.namespace }}/{{ $labels.room }} waited {{ $value | humanizeDuration }} or more for its media connection (ICE) in the last 10 minutes.',
});

const iceFailureRate = (series: Series): Alert => ({
  name: alert.iceFailureRate,
  severity: 'warning',
  expr: `sum by (namespace, room) (rate(${series.of(iceFailures)}[5m])) > 0.2`,
  for: '5m',
  summary: 'Many media connections of room {{ $labels.namespace }}/{{ $labels.room }} fail.',
  description:
    '{{ $value | printf "%.2f" }} media connections a second of room {{ $labels.namespace }}/{{ $labels.room }} fail or are lost.',
});

/** Of so few attempts a part says nothing. */
const fewestAttempts = 10;

/** Failures are there at zero before the first; of those who connect there is nothing before somebody has come. */
const iceFailureRatio = (series: Series): Alert => {
  const recent = (counted: string) => `sum by (namespace, room) (increase(${counted}[5m]))`;
  const failed = recent(series.of(iceFailures, { reason: 'Timeout' }));
  const attempts = `(${failed} + ${recent(series.count(iceTime, { result: 'connected' }))})`;
  return {
    name: alert.iceFailureRatio,
    severity: 'warning',
    expr: `${failed} / ${attempts} > 0.2
  and ${attempts} >= ${fewestAttempts}`,
    for: '5m',
    summary:
      '{{ $value | humanizePercentage }} of the clients of room {{ $labels.namespace }}/{{ $labels.room }} get no media.',
    description:
      'Of the clients of room {{ $labels.namespace }}/{{ $labels.room }} that were answered in the last 5 minutes, {{ $value | humanizePercentage }} got no media connection. The likely reason is the path of UDP to the pod.',
  };
};
