import type { Family } from './metric-family.ts';

/** What is reconciled: a room, and what a namespace with rooms has once. */
const controllers = ['liveroom', 'namespace'] as const;
/** One queue for both, so that a room and its namespace take turns. */
const queue = { name: ['liveroom'] } as const;

/** From what is in memory to what waits for the API server and is refused. */
export const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** What is reconciled and what waits for it, by the names of controller-runtime and client-go. */
export const reconcileMetric = {
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
} as const satisfies Record<string, Family>;
