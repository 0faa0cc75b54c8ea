import { serverMetric } from '#crds/metrics.ts';
import type { Alert } from './alert.ts';
import { alert } from './names.ts';
import { podRoom, quantile, type Series } from './series.ts';

const { whipRequests, whepRequests, httpTime } = serverMetric;

/** What clients are answered when they ask to come in. */
export const signallingAlerts = (series: Series): readonly Alert[] => [
  serverErrors(series, { name: alert.whipServerErrors, family: whipRequests, who: 'publisher' }),
  serverErrors(series, { name: alert.whepServerErrors, family: whepRequests, who: 'viewers' }),
  whepClientErrors(series),
  httpSlow(series),
];

/** So few failures in 5 minutes wake nobody, whatever part of the requests they are. */
const fewestFailures = 5;

interface Protocol {
  readonly name: string;
  readonly family: typeof whipRequests | typeof whepRequests;
  readonly who: string;
}

function serverErrors(series: Series, { name, family, who }: Protocol): Alert {
  const requests = `sum by (namespace, room) (increase(${series.of(family)}[5m]))`;
  const failed = `sum by (namespace, room) (increase(${series.of(family, { code: /5../ })}[5m]))`;
  return {
    name,
    severity: 'critical',
    expr: `${failed} / ${requests} > 0.05
  and ${failed} >= ${fewestFailures}`,
    for: '5m',
    summary: `The ${who} of room {{ $labels.namespace }}/{{ $labels.room }} cannot come in: the server fails.`,
    description: `{{ $value | humanizePercentage }} of the requests of the ${who} of room {{ $labels.namespace }}/{{ $labels.room }} were answered with a 5xx status in the last 5 minutes.`,
  };
}

/** Requests for rooms that do not exist have an empty room; they count, too. */
const whepClientErrors = (series: Series): Alert => ({
  name: alert.whepClientErrors,
  severity: 'warning',
  expr: `sum by (namespace, room) (rate(${series.of(whepRequests, { code: /4../ })}[5m])) > 0.5`,
  for: '5m',
  summary: 'Viewers in {{ $labels.namespace }} are refused{{ with $labels.room }} by room {{ . }}{{ end }}.',
  description:
    '{{ $value | printf "%.1f" }} requests a second of viewers in {{ $labels.namespace }} are answered with a 4xx status{{ with $labels.room }} by room {{ . }}{{ else }}: they ask for rooms that do not exist{{ end }}.',
});

const httpSlow = (series: Series): Alert => ({
  name: alert.httpSlow,
  severity: 'warning',
  expr: `${quantile(0.95, `namespace, ${podRoom}, route`, series.buckets(httpTime), '5m')} > 0.5`,
  for: '5m',
  summary: `Requests for {{ $labels.route }} of room {{ $labels.namespace }}/{{ $labels.${podRoom} }} are answered late.`,
  description: `One in 20 requests for {{ $labels.route }} of room {{ $labels.namespace }}/{{ $labels.${podRoom} }} took {{ $value | humanizeDuration }} or more in the last 5 minutes.`,
});
