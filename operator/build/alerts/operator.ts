import { alert } from '#crds/contract.ts';
import type { Alert } from './alert.ts';
import type { Series } from './series.ts';

/** Whether the operator does its work. Media does not depend on it. */
export const operatorAlerts = (series: Series): readonly Alert[] => [down(series)];

/** Also when it is not even a target any more. */
const down = (series: Series): Alert => ({
  name: alert.operatorDown,
  severity: 'critical',
  expr: `max by (namespace, job) (${series.up()}) == 0 or absent(${series.up()})`,
  for: '5m',
  summary: 'The LiveRoom operator does not run.',
  description:
    'Prometheus has reached no operator in namespace {{ $labels.namespace }} for 5 minutes. Rooms go on, but a pod that is lost is not replaced, and changes of rooms have no effect.',
});
