import { operatorMetric } from '#crds/operator-metrics.ts';
import type { Alert } from './alert.ts';
import { alert } from './names.ts';
import type { Series } from './series.ts';

/** What the operator alone knows of rooms. Its series about a room bear the room's namespace. */
export const readinessAlerts = (series: Series): readonly Alert[] => [
  {
    name: alert.roomNotReady,
    severity: 'warning',
    expr: `max by (namespace, room) (${series.of(operatorMetric.roomReady)}) == 0`,
    for: '10m',
    summary: 'Room {{ $labels.namespace }}/{{ $labels.room }} is not Ready.',
    description:
      'Room {{ $labels.namespace }}/{{ $labels.room }} has not been Ready for 10 minutes: who comes now does not get in. The reason stands in its conditions.',
  },
];
