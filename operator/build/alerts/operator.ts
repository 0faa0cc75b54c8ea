import { operatorMetric } from '#crds/operator-metrics.ts';
import type { Alert } from './alert.ts';
import { alert } from './names.ts';
import type { Series } from './series.ts';

const { masterStatus, reconcileErrors, watchAge, longestWork, hostPorts } = operatorMetric;

/** Whether the operator does its work. Media does not depend on it. */
export const operatorAlerts = (series: Series): readonly Alert[] => [
  down(series),
  noLeader(series),
  reconcilesFail(series),
  watchStale(series),
  queueStuck(series),
  hostPortsNearlyExhausted(series),
];

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

/** Two that act undo each other's work; one that has not seen all there is does none. */
const noLeader = (series: Series): Alert => ({
  name: alert.operatorNoLeader,
  severity: 'critical',
  expr: `sum by (namespace, name) (${series.of(masterStatus)}) != 1`,
  for: '5m',
  summary: 'Not one LiveRoom operator acts, but {{ $value }}.',
  description:
    '{{ $value }} operators of namespace {{ $labels.namespace }} have been acting for 5 minutes, where it should be one. Without one, changes of rooms have no effect; several take turns in undoing what the others did.',
});

/** What fails for good is tried again every four minutes at least, so that this is never 0 then. */
const reconcilesFail = (series: Series): Alert => ({
  name: alert.operatorReconcileErrors,
  severity: 'warning',
  expr: `sum by (namespace, controller) (increase(${series.of(reconcileErrors)}[5m])) > 0`,
  for: '15m',
  summary: 'The LiveRoom operator fails to bring about what a {{ $labels.controller }} should be.',
  description:
    'Reconciles of controller {{ $labels.controller }} have failed again and again for 15 minutes, about {{ $value | printf "%.0f" }} times in the last 5. The operator keeps trying.',
});

const watchStale = (series: Series): Alert => ({
  name: alert.operatorWatchStale,
  severity: 'warning',
  expr: `max by (namespace, kind) (${series.of(watchAge)}) > 300`,
  for: '5m',
  summary: 'The LiveRoom operator hears nothing of {{ $labels.kind }} objects.',
  description:
    'The operator has heard nothing of {{ $labels.kind }} objects from the API server for {{ $value | humanizeDuration }}; it should at least once a minute or so. It acts on what was true then.',
});

/** A reconcile is told to end after a minute, whatever it waits for; one that does not is ended with its process after five. */
const queueStuck = (series: Series): Alert => ({
  name: alert.operatorQueueStuck,
  severity: 'warning',
  expr: `max by (namespace, name) (${series.of(longestWork)}) > 120`,
  for: '1m',
  summary: "The LiveRoom operator's work does not end.",
  description:
    'A worker of queue {{ $labels.name }} has been busy with one reconcile for {{ $value | humanizeDuration }}, where it is told to end after a minute. The room that it is about is not looked after.',
});

const hostPortsNearlyExhausted = (series: Series): Alert => ({
  name: alert.hostPortsNearlyExhausted,
  severity: 'warning',
  expr: `sum by (namespace) (${series.of(hostPorts, { state: 'used' })})
  / sum by (namespace) (${series.of(hostPorts)}) > 0.9`,
  for: '10m',
  summary: 'The host ports for rooms are nearly used up.',
  description:
    '{{ $value | humanizePercentage }} of the host ports of all nodes are taken by pods of rooms. When none is left, new rooms do not become Ready, nor do pods that replace others.',
});
