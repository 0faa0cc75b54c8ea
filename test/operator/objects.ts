import { annotation, label, portName } from '#crds/contract.ts';
import type { Condition, LiveRoom, LiveRoomSpec } from '#crds/liveroom.ts';
import type { Config } from '#operator/config.ts';
import type { Seen } from '#operator/decide/seen.ts';
import type { Pod } from '#operator/kube.ts';

export const config: Config = {
  publicURL: 'https://live.example.com',
  images: { sfu: 'liveroom.dev/sfu:0.1.0' },
  hostPorts: { from: 7000, to: 7999 },
  monitoring: { labels: { release: 'kps' }, interval: '10s' },
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
  drain: { timeout: '9m' },
  monitoring: { alerts: { highSubscriberCount: 500, nearCapacityPercent: 90, publisherExpected: 'Never' } },
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

export const aCondition = (type: string, status: Condition['status'], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${reason}.`,
  observedGeneration: 3,
  lastTransitionTime: '2026-11-01T12:00:00Z',
});

/** When `seenRoom` is looked at. */
export const nowMs = Date.parse('2026-11-01T14:00:00Z');

/** What is seen of a room that works, with three subscribers and nobody who publishes, unless told otherwise. */
export const seenRoom = (traits: Partial<Seen> = {}): Seen => ({
  room: storedRoom(),
  rejection: undefined,
  origin: aPod('keynote-origin-aaaaa'),
  refusal: undefined,
  rollout: 'Current',
  mediaAddress: { address: '203.0.113.7', port: 7000 },
  audience: { room: { namespace: 'events', name: 'keynote', subscribers: 3 } },
  draining: [],
  monitoring: { missingKinds: [] },
  nowMs,
  ...traits,
});
