import { type Family, none } from './metric-family.ts';

/** The threads of a pod: signalling, packets, and of those that only send to subscribers the busiest, and the latest. */
const threads = ['main', 'media', 'egress'] as const;

/** What the probes look at. */
const checks = ['main_loop', 'media_loop', 'memory', 'event_loop_lag', 'udp_port', 'media_address'] as const;
export type CheckName = (typeof checks)[number];

/** The process, its limits, and its part of the machine. */
export const podMetric = {
  buildInfo: {
    name: 'live_build_info',
    type: 'gauge',
    help: 'The release that runs; always 1.',
    labels: { version: 'Release', node: 'Release' },
  },
  uptime: { name: 'live_uptime_seconds', type: 'gauge', help: 'Time since the server started.', labels: none },
  draining: {
    name: 'live_pod_draining',
    type: 'gauge',
    help: 'Whether the pod takes no new sessions because it is going.',
    labels: none,
  },
  accepting: {
    name: 'live_pod_accepting',
    type: 'gauge',
    help: 'Whether the pod takes new sessions: it knows its address and does not drain.',
    labels: none,
  },
  busy: {
    name: 'live_pod_busy',
    type: 'gauge',
    help: 'Whether the pod takes no new viewers because its media threads have too much to do.',
    labels: none,
  },
  drainRemaining: {
    name: 'live_drain_remaining_sessions',
    type: 'gauge',
    help: 'Sessions that a draining pod waits for; 0 while it does not drain.',
    labels: none,
  },
  drainTime: {
    name: 'live_drain_remaining_seconds',
    type: 'gauge',
    help: 'Time that a draining pod still gives its sessions, below 0 when it is overdue; 0 while it does not drain.',
    labels: none,
  },
  cpuLimit: {
    name: 'live_pod_cpu_limit_cores',
    type: 'gauge',
    help: 'Processors that the pod may use: its limit, or those of the machine.',
    labels: none,
  },
  cpuSeconds: {
    name: 'live_pod_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the pod by its control group, or of the process where it has no group of its own.',
    labels: none,
  },
  cpuThrottled: {
    name: 'live_pod_cpu_throttled_seconds_total',
    type: 'counter',
    help: 'Time for which the CPU limit held the pod back, added up over the processors.',
    labels: none,
  },
  cpuLoad: {
    name: 'live_pod_cpu_load_ratio',
    type: 'gauge',
    help: 'CPU time of the last seconds, of what the pod may use.',
    labels: none,
  },
  memory: {
    name: 'live_pod_memory_bytes',
    type: 'gauge',
    help: 'Memory of the pod by its control group, without file pages that can go; of the process where it has no such group.',
    labels: none,
  },
  memoryLimit: {
    name: 'live_pod_memory_limit_bytes',
    type: 'gauge',
    help: 'Memory that the pod may use: its limit, or that of the machine.',
    labels: none,
  },
  udpDatagrams: {
    name: 'live_pod_udp_datagrams_total',
    type: 'counter',
    help: 'UDP datagrams of the pod as the kernel counts them, and those that it dropped.',
    labels: { event: ['sent', 'received', 'receive_buffer_full', 'send_buffer_full', 'no_port', 'malformed'] },
  },
  threadUtilization: {
    name: 'live_thread_utilization_ratio',
    type: 'gauge',
    help: 'Part of the last seconds for which a thread was busy. `egress` is the busiest of those that only send to subscribers.',
    labels: { thread: threads },
  },
  threadLag: {
    name: 'live_thread_lag_seconds',
    type: 'gauge',
    help: 'The longest that a turn of a thread was late in the last seconds. `egress` is the latest of those that only send to subscribers.',
    labels: { thread: threads },
  },
  debugObjects: {
    name: 'live_debug_objects',
    type: 'gauge',
    help: 'Objects that the server keeps; one that only grows is a leak.',
    labels: { type: ['room', 'session', 'transport', 'socket', 'timer'] },
  },
  uncaughtErrors: {
    name: 'live_uncaught_errors_total',
    type: 'counter',
    help: 'Errors that nobody caught.',
    labels: none,
  },
  healthStatus: {
    name: 'live_health_check_status',
    type: 'gauge',
    help: 'Whether a check of the probes passes.',
    labels: { check: checks },
  },
  healthTime: {
    name: 'live_health_check_duration_seconds',
    type: 'gauge',
    help: 'How long a check took the last time.',
    labels: { check: checks },
  },
  threadMessages: {
    name: 'live_thread_messages_total',
    type: 'counter',
    help: 'Messages between the main thread and the media thread. Up to 16 of them go in one post.',
    labels: { direction: ['to_media', 'to_main'] },
  },
  scrapeBytes: {
    name: 'live_scrape_bytes',
    type: 'gauge',
    help: 'Size of the answer to the scrape before this one.',
    labels: none,
  },
  scrapeTime: {
    name: 'live_scrape_duration_seconds',
    type: 'gauge',
    help: 'How long the answer to the scrape before this one took to make.',
    labels: none,
  },
} as const satisfies Record<string, Family>;
