import { type ConditionType, conditionReasons } from './liveroom.ts';
import { type Family, none } from './metric-family.ts';

/** What is reconciled: a room, and what a namespace with rooms has once. */
const controllers = ['liveroom', 'namespace'] as const;
/** One queue for both, so that a room and its namespace take turns. */
const queue = { name: ['liveroom'] } as const;
/** What the operator watches; the last six where the kinds of the Prometheus Operator and of the Gateway API are there. */
const watched = {
  kind: [
    'LiveRoom',
    'Pod',
    'Service',
    'ConfigMap',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Ingress',
    'Node',
    'Namespace',
    'CustomResourceDefinition',
    'ServiceMonitor',
    'PrometheusRule',
    'Prometheus',
    'PrometheusAgent',
    'ThanosRuler',
    'HTTPRoute',
  ],
} as const;
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** From what is in memory to what waits for the API server and is refused. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/**
 * Every metric family of the operator. Where controller-runtime and client-go have a name for it, it is theirs, so that
 * the dashboards that people already have show this operator too.
 */
export const operatorMetric = {
  buildInfo: {
    name: 'liveroom_operator_build_info',
    type: 'gauge',
    help: 'The release that runs; always 1.',
    labels: { version: 'Release', node: 'Release' },
  },
  masterStatus: {
    name: 'leader_election_master_status',
    type: 'gauge',
    help: 'Whether this operator is the one that acts: it holds the Lease, and has seen all there is.',
    labels: { name: ['liveroom-operator'] },
  },
  rooms: {
    name: 'liveroom_operator_rooms',
    type: 'gauge',
    help: 'LiveRooms that the operator knows.',
    labels: none,
  },
  roomsByCondition: {
    name: 'liveroom_operator_rooms_by_condition',
    type: 'gauge',
    help: 'LiveRooms of which a condition is True, False or Unknown.',
    labels: { condition: Object.keys(conditionReasons) as ConditionType[], status: ['True', 'False', 'Unknown'] },
  },
  roomReady: {
    name: 'liveroom_operator_room_ready',
    type: 'gauge',
    help: 'Whether the condition Ready of a LiveRoom is True; of suspended rooms nothing.',
    labels: { namespace: 'Namespaces', room: 'Rooms' },
  },
  serverRestarts: {
    name: 'liveroom_operator_server_restarts_total',
    type: 'counter',
    help: "How often a room's server has crashed and been started anew in its place, since this operator began.",
    labels: { namespace: 'Namespaces', room: 'Rooms' },
  },
  hostPorts: {
    name: 'liveroom_operator_host_ports',
    type: 'gauge',
    help: 'Host ports of all nodes in the range of the configuration: those that pods have, and those that are left.',
    labels: { state: ['used', 'free'] },
  },
  reconciles: {
    name: 'controller_runtime_reconcile_total',
    type: 'counter',
    help: 'Reconciliations by their result.',
    labels: { controller: controllers, result: ['success', 'error', 'requeue_after'] },
  },
  reconcileErrors: {
    name: 'controller_runtime_reconcile_errors_total',
    type: 'counter',
    help: 'Reconciliations that failed and are tried again.',
    labels: { controller: controllers },
  },
  terminalErrors: {
    name: 'controller_runtime_terminal_reconcile_errors_total',
    type: 'counter',
    help: 'Reconciliations that failed because the API server finds an object invalid; tried again every 4 minutes.',
    labels: { controller: controllers },
  },
  reconcilePanics: {
    name: 'controller_runtime_reconcile_panics_total',
    type: 'counter',
    help: "Reconciliations that failed because of a mistake in the operator's own code.",
    labels: { controller: controllers },
  },
  reconcileTime: {
    name: 'controller_runtime_reconcile_time_seconds',
    type: 'histogram',
    help: 'How long a reconciliation took.',
    labels: { controller: controllers },
    buckets: seconds,
  },
  activeWorkers: {
    name: 'controller_runtime_active_workers',
    type: 'gauge',
    help: 'Reconciliations under way.',
    labels: { controller: controllers },
  },
  maxConcurrentReconciles: {
    name: 'controller_runtime_max_concurrent_reconciles',
    type: 'gauge',
    help: 'Reconciliations that can be under way at a time, of all controllers together.',
    labels: { controller: controllers },
  },
  queueDepth: {
    name: 'workqueue_depth',
    type: 'gauge',
    help: 'Keys that wait for a worker, without those that wait for their time: Edit goes before Resync.',
    labels: { ...queue, priority: ['Edit', 'Resync'] },
  },
  queueAdds: {
    name: 'workqueue_adds_total',
    type: 'counter',
    help: 'Keys that were put into the queue.',
    labels: queue,
  },
  queueTime: {
    name: 'workqueue_queue_duration_seconds',
    type: 'histogram',
    help: 'How long a key waited for a worker.',
    labels: queue,
    buckets: seconds,
  },
  workTime: {
    name: 'workqueue_work_duration_seconds',
    type: 'histogram',
    help: 'How long a worker took for a key.',
    labels: queue,
    buckets: seconds,
  },
  unfinishedWork: {
    name: 'workqueue_unfinished_work_seconds',
    type: 'gauge',
    help: 'How long the work under way has taken so far, summed up; it only grows where workers are stuck.',
    labels: queue,
  },
  longestWork: {
    name: 'workqueue_longest_running_processor_seconds',
    type: 'gauge',
    help: 'How long the longest of the work under way has taken so far.',
    labels: queue,
  },
  queueRetries: {
    name: 'workqueue_retries_total',
    type: 'counter',
    help: 'Keys that were put back because their work failed.',
    labels: queue,
  },
  apiRequests: {
    name: 'rest_client_requests_total',
    type: 'counter',
    help: 'Requests to the API server by the status of the answer; <error> where there was none. Without those for the Lease.',
    labels: { code: 'StatusCodes', method: methods, host: 'ApiServer' },
  },
  apiRequestTime: {
    name: 'rest_client_request_duration_seconds',
    type: 'histogram',
    help: 'How long a request to the API server took; of a watch, how long it took to begin.',
    labels: { verb: methods, host: 'ApiServer' },
    buckets: seconds,
  },
  watchAge: {
    name: 'liveroom_operator_watch_age_seconds',
    type: 'gauge',
    help: 'Time since the last event, bookmark or list of a kind; the API server sends a bookmark about once a minute.',
    labels: watched,
  },
  watchRestarts: {
    name: 'liveroom_operator_watch_restarts_total',
    type: 'counter',
    help: 'Watches that were begun anew; the API server ends each after some minutes.',
    labels: watched,
  },
  relists: {
    name: 'liveroom_operator_relists_total',
    type: 'counter',
    help: 'Lists after the first: what happened before each is not known.',
    labels: watched,
  },
  comparisons: {
    name: 'liveroom_operator_watch_comparisons_total',
    type: 'counter',
    help: 'Comparisons of what the watch of a kind has told with what the API server had at that very version, about every ten minutes.',
    labels: watched,
  },
  missedChanges: {
    name: 'liveroom_operator_watch_missed_changes_total',
    type: 'counter',
    help: 'Differences that these comparisons found: what a watch had lost while it seemed to work. Anything above 0 is a bug, of which the kind was listed anew.',
    labels: { ...watched, change: ['added', 'changed', 'deleted'] },
  },
  podRequestTime: {
    name: 'liveroom_operator_pod_request_seconds',
    type: 'histogram',
    help: 'How long a pod took to say who is on it.',
    labels: none,
    buckets: seconds,
  },
  podRequestErrors: {
    name: 'liveroom_operator_pod_request_errors_total',
    type: 'counter',
    help: 'Requests to pods, for who is on them, that failed.',
    labels: none,
  },
} as const satisfies Record<string, Family>;
