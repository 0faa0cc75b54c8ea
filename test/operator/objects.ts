import { annotation, label, portName } from '#crds/contract.ts';
import type { Condition, LiveRoom, LiveRoomSpec } from '#crds/liveroom.ts';
import { mediaService } from '#operator/build/media-service.ts';
import type { Config } from '#operator/config.ts';
import type { MonitoringSeen } from '#operator/decide/monitoring.ts';
import type { Seen } from '#operator/decide/seen.ts';
import type { MonitoringObject, Node, Pod, Prometheus, Service } from '#operator/kube.ts';

export const config: Config = {
  publicURL: 'https://live.example.com',
  images: { sfu: 'liveroom.dev/sfu:0.1.0' },
  hostPorts: { from: 7000, to: 7999 },
  apiRequests: { perSecond: 400, burst: 500 },
  leaderElection: { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 },
  rollouts: { maxConcurrent: 5 },
  networkPolicy: { mode: 'Enabled', internalFrom: [] },
  monitoring: { labels: { release: 'kps' }, interval: '10s', scrapeAnnotations: 'Disabled' },
};

/** The spec `{}` as the API server fills it. */
const defaults: LiveRoomSpec = {
  publish: {
    auth: { mode: 'BearerToken' },
    onConflict: 'Reject',
    reconnectGrace: '15s',
    codecs: ['H264', 'VP8', 'Opus'],
  },
  play: { auth: { mode: 'BearerToken' }, maxSubscribers: 0 },
  network: { media: { mode: 'HostPort' } },
  drain: { timeout: '9m', eviction: 'OnUpgrade' },
  update: { policy: 'WhenIdle' },
  suspend: false,
  monitoring: {
    serviceMonitor: 'Auto',
    prometheusRule: 'Auto',
    scope: 'Namespace',
    alerts: { highSubscriberCount: 500, nearCapacityPercent: 90, publisherExpected: 'Never' },
  },
  pod: {},
};

/** A stored LiveRoom `events/keynote`. */
export const storedRoom = (spec: Partial<LiveRoomSpec> = {}, status?: LiveRoom['status']): LiveRoom => ({
  apiVersion: 'liveroom.dev/v1alpha1',
  kind: 'LiveRoom',
  metadata: {
    name: 'keynote',
    namespace: 'events',
    uid: '00000000-0000-4000-8000-000000000001',
    generation: 3,
    resourceVersion: '100',
    creationTimestamp: '2026-11-01T12:00:00Z',
  },
  spec: { ...defaults, ...spec },
  ...(status === undefined ? {} : { status }),
});

interface PodTraits {
  readonly specHash?: string;
  readonly phase?: string;
  readonly isReady?: boolean;
  readonly isDeleted?: boolean;
  readonly madeAt?: string;
  readonly hostPort?: number | undefined;
  readonly nodeName?: string;
  readonly status?: Pod['status'];
}

/** A pod of that room: ready on node-1 unless told otherwise. */
export const aPod = (name: string, traits: PodTraits = {}): Pod => {
  const { specHash = 'current', phase = 'Running', isReady = true, isDeleted = false } = traits;
  const { madeAt = '2026-11-01T12:00:00Z', hostPort = 7000, nodeName = 'node-1' } = traits;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'events',
      uid: `uid-of-${name}`,
      creationTimestamp: madeAt,
      labels: { [label.room]: 'keynote' },
      annotations: { [annotation.specHash]: specHash },
      ...(isDeleted ? { deletionTimestamp: '2026-11-01T13:00:00Z' } : {}),
    },
    spec: {
      nodeName,
      containers: [{ name: 'sfu', image: config.images.sfu, ports: [{ name: portName.media, hostPort }] }],
    } as Pod['spec'],
    status: traits.status ?? {
      phase,
      podIP: '10.244.1.5',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
    },
  };
};

/** A node at these addresses; `given` is what its annotation says of others. */
export const aNode = (addresses: readonly (readonly [type: string, address: string])[], given?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', ...(given !== undefined && { annotations: { [annotation.mediaAddress]: given } }) },
  status: { addresses: addresses.map(([type, address]) => ({ type, address })) },
});

/** The same room, with another way of its media. */
export const roomWithMedia = (media: LiveRoomSpec['network']['media']): LiveRoom => storedRoom({ network: { media } });

interface MediaServiceTraits {
  readonly nodePort?: number;
  /** What its load balancer tells. */
  readonly ingress?: NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress'];
  /** What its annotation says of other addresses. */
  readonly given?: string;
}

/** The Service of a pod with this name, as the API server would fill it in. */
export function aMediaService(podName: string, { nodePort, ingress, given }: MediaServiceTraits = {}): Service {
  const { metadata, spec, ...rest } = mediaService(roomWithMedia({ mode: 'LoadBalancer' }), podName);
  const annotations = given === undefined ? {} : { [annotation.mediaAddress]: given };
  return {
    ...rest,
    metadata: { ...metadata, creationTimestamp: '2026-11-01T13:58:00Z', annotations },
    spec: { ...spec, ports: spec.ports.map((port) => ({ ...port, ...(nodePort !== undefined && { nodePort }) })) },
    status: { loadBalancer: ingress === undefined ? {} : { ingress } },
  };
}

/** Not of a host port, and not on a node. */
export const withoutPort = (pod: Pod): Pod => ({ ...pod, spec: { containers: [{ name: 'sfu' }] } });

export const aCondition = (type: string, status: Condition['status'], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${reason}.`,
  observedGeneration: 3,
  lastTransitionTime: '2026-11-01T12:00:00Z',
});

/** What is seen of the monitoring of that room: both objects are there, and nobody who would read them. */
export const seenMonitoring = (traits: Partial<MonitoringSeen> = {}): MonitoringSeen => ({
  wanted: ['ServiceMonitor', 'PrometheusRule'],
  served: ['ServiceMonitor', 'PrometheusRule'],
  versions: ['monitoring.coreos.com/v1'],
  problems: [],
  leftovers: [],
  objects: [aMonitor('ServiceMonitor'), aMonitor('PrometheusRule')],
  labelsField: "monitoring.labels of the operator's configuration",
  prometheuses: [],
  namespaceLabels: { 'kubernetes.io/metadata.name': 'events' },
  ...traits,
});

/** A monitoring object of the namespace `events`. */
export const aMonitor = (
  kind: string,
  labels: Readonly<Record<string, string>> = {},
  bindings?: NonNullable<MonitoringObject['status']>['bindings'],
): MonitoringObject => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind,
  metadata: { name: 'live-sfu', namespace: 'events', labels },
  ...(bindings && { status: { bindings } }),
});

/** What a Prometheus as kube-prometheus-stack makes it asks for. */
export const release = { matchLabels: { release: 'kps' } };
export const everything = {
  serviceMonitorSelector: {},
  serviceMonitorNamespaceSelector: {},
  ruleSelector: {},
  ruleNamespaceSelector: {},
};
export const asking = { ...everything, serviceMonitorSelector: release, ruleSelector: release };

export const aPrometheus = (
  spec: Prometheus['spec'],
  {
    kind = 'Prometheus',
    name = 'k8s',
    namespace = 'monitoring',
  }: Partial<Prometheus['metadata']> & { kind?: Prometheus['kind'] } = {},
): Prometheus => ({ apiVersion: 'monitoring.coreos.com/v1', kind, metadata: { name, namespace }, spec });

/** When `seenRoom` is looked at. */
export const nowMs = Date.parse('2026-11-01T14:00:00Z');

/** What is seen of a room that works, with three subscribers and nobody who publishes, unless told otherwise. */
export const seenRoom = (traits: Partial<Seen> = {}): Seen => ({
  room: storedRoom(),
  rejection: undefined,
  origin: aPod('keynote-origin-aaaaa'),
  refusal: undefined,
  rollout: 'Current',
  mediaAddress: { addresses: ['203.0.113.7'], port: 7000 },
  node: undefined,
  endpoint: { by: 'Nothing', lacksHost: false, route: undefined, servesHTTPRoutes: false, problem: undefined },
  audience: { room: { namespace: 'events', name: 'keynote', subscribers: 3 } },
  draining: [],
  unseen: new Map(),
  besides: [],
  monitoring: seenMonitoring(),
  nowMs,
  ...traits,
});
