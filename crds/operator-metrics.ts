import { type ConditionType, conditionReasons } from './liveroom.ts';
import { type Family, none } from './metric-family.ts';
import { reconcileMetric, seconds } from './reconcile-metrics.ts';

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

/** A kind that the operator watches. */
export type WatchedKind = (typeof watched)['kind'][number];

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

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
    help: 'Host ports in the range of the configuration: those that pods have, and those that are left where pods of rooms may run.',
    labels: { state: ['used', 'free'] },
  },
  ...reconcileMetric,
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
  watchFailures: {
    name: 'liveroom_operator_watch_failures_total',
    type: 'counter',
    help: 'Lists and watches that failed, each of which was tried again.',
    labels: watched,
  },
  unreadableEvents: {
    name: 'liveroom_operator_watch_unreadable_events_total',
    type: 'counter',
    help: 'Events that could not be read, after each of which the kind was listed anew.',
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
