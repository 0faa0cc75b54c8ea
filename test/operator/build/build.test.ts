import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { label } from '#crds/contract.ts';
import type { LiveRoom, LiveRoomSpec } from '#crds/liveroom.ts';
import { desired, desiredMonitoring, desiredOfNamespace } from '#operator/build/desired.ts';
import { durationMs } from '#operator/build/duration.ts';
import { event } from '#operator/build/event.ts';
import { mediaService } from '#operator/build/media-service.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { tokensSecret } from '#operator/build/tokens.ts';
import { urls } from '#operator/build/urls.ts';
import type { KubeObject } from '#operator/kube.ts';
import { placed } from '#test/harness/placed.ts';
import { config, roomWithMedia, storedRoom } from '../objects.ts';

const asYaml = (objects: unknown) =>
  (objects as unknown[])
    .map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n');
const golden = (name: string) => join(import.meta.dirname, '../../golden', `${name}.yaml`);
const first = { hostPort: 7000, replaces: '' };

const rooms = {
  minimal: storedRoom(),
  'own-tokens': storedRoom({
    publish: {
      ...storedRoom().spec.publish,
      auth: { mode: 'BearerToken', secretRef: { name: 'stage', key: 'encoder' } },
      onConflict: 'TakeOver',
      codecs: ['H264', 'Opus'],
    },
    play: { auth: { mode: 'BearerToken' }, maxSubscribers: 500 },
    drain: { timeout: '1m30s', eviction: 'Never' },
  }),
  'open-in-cluster': storedRoom({
    publish: { ...storedRoom().spec.publish, auth: { mode: 'None' } },
    play: { auth: { mode: 'None' }, maxSubscribers: 0 },
    network: { media: { mode: 'ClusterOnly' } },
    pod: {
      image: 'registry.example.com/sfu:test',
      resources: { requests: { cpu: 2 }, limits: { memory: '1Gi' } },
      nodeSelector: { pool: 'media' },
      tolerations: [{ key: 'media', operator: 'Exists', effect: 'NoSchedule' }],
      probes: { liveness: { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 6 } },
      ...placed,
    },
  }),
};

const balanced = roomWithMedia({
  mode: 'LoadBalancer',
  loadBalancerClass: 'example.com/fast',
  serviceAnnotations: { 'example.com/pool': 'media' },
});

const both = { ServiceMonitor: true, PrometheusRule: true };
const own = storedRoom({
  monitoring: {
    ...storedRoom().spec.monitoring,
    scope: 'Room',
    labels: { team: 'video' },
    interval: '5s',
    scrapeTimeout: '4s',
  },
});

for (const [name, room] of Object.entries(rooms))
  test(`objects of a room: ${name}`, (t) => {
    const choice = { ...first, hostPort: room.spec.network.media.mode === 'HostPort' ? 7000 : undefined };
    const objects = [...desired(room), originPod(room, config, choice)];
    t.assert.fileSnapshot(objects, golden(`room-${name}`), { serializers: [asYaml] });
  });

test('a pod with a load balancer, and its Service', (t) => {
  const pod = originPod(balanced, config, { replaces: '' });
  const objects = [pod, mediaService(balanced, pod.metadata.name)];
  t.assert.fileSnapshot(objects, golden('pod-load-balancer'), { serializers: [asYaml] });
});

test('a Service with node ports has no class of load balancers, whatever the configuration says', () => {
  const room = roomWithMedia({ mode: 'NodePort', loadBalancerClass: 'example.com/fast' });
  const { spec } = mediaService(room, 'a');
  assert.equal(spec.type, 'NodePort');
  assert.ok(!('loadBalancerClass' in spec));
});

test('objects of a namespace with rooms', (t) => {
  const objects = desiredOfNamespace('events', [rooms.minimal], config, both);
  t.assert.fileSnapshot(objects, golden('namespace'), { serializers: [asYaml] });
});

test('objects of a namespace where two rooms have monitoring of their own, and one of those', (t) => {
  const named = (room: LiveRoom, name: string) => ({ ...room, metadata: { ...room.metadata, name } });
  const all = [named(own, 'stage'), named(rooms.minimal, 'lobby'), own];
  const objects = [...desiredOfNamespace('events', all, config, both), ...desiredMonitoring(own, config, both)];
  t.assert.fileSnapshot(objects, golden('namespace-and-own'), { serializers: [asYaml] });
});

const wanted: Readonly<Record<string, readonly [Partial<LiveRoomSpec['monitoring']>, string, string]>> = {
  'a room that leaves everything as it is': [{}, 'Service NetworkPolicy ServiceMonitor PrometheusRule', ''],
  'a room without a monitor': [{ serviceMonitor: 'Disabled' }, 'Service NetworkPolicy PrometheusRule', ''],
  'a room without any': [{ serviceMonitor: 'Disabled', prometheusRule: 'Disabled' }, 'Service NetworkPolicy', ''],
  'a room with its own': [{ scope: 'Room' }, 'Service NetworkPolicy', 'ServiceMonitor PrometheusRule'],
  'a room with its own rule alone': [
    { scope: 'Room', serviceMonitor: 'Disabled' },
    'Service NetworkPolicy',
    'PrometheusRule',
  ],
};
for (const [name, [monitoring, ofNamespace, ofRoom]] of Object.entries(wanted))
  test(`${name} wants of its namespace: ${ofNamespace}; for itself: ${ofRoom || 'nothing'}`, () => {
    const room = storedRoom({ monitoring: { ...storedRoom().spec.monitoring, ...monitoring } });
    const kinds = (objects: readonly KubeObject[]) => objects.map(({ kind }) => kind).join(' ');
    assert.equal(kinds(desiredOfNamespace('events', [room], config, both)), ofNamespace);
    assert.equal(kinds(desiredMonitoring(room, config, both)), ofRoom);
  });

test('a label of a room cannot take the place of one by which we find our objects', () => {
  const labels = { [label.room]: 'other', team: 'video', release: 'own' };
  const room = storedRoom({ monitoring: { ...own.spec.monitoring, labels } });
  const [monitor] = desiredMonitoring(room, config, both);
  assert.partialDeepStrictEqual(monitor?.metadata.labels, { [label.room]: 'keynote', team: 'video', release: 'own' });
});

test('nor can a label of its pods', () => {
  const room = storedRoom({ pod: { labels: { [label.component]: 'edge', [label.room]: 'other', team: 'video' } } });
  const { labels } = originPod(room, config, first).metadata;
  assert.partialDeepStrictEqual(labels, { [label.component]: 'origin', [label.room]: 'keynote', team: 'video' });
});

test('the generated Secret and an Event', (t) => {
  const news = { type: 'Warning', reason: 'NoFreePorts', message: 'No port is free.' } as const;
  const objects = [
    tokensSecret(rooms.minimal, { publish: 'p', play: 'q' }),
    event(rooms.minimal, news, { nowMs: Date.UTC(2026, 10, 1), instance: 'liveroom-operator-0' }),
  ];
  t.assert.fileSnapshot(objects, golden('room-once'), { serializers: [asYaml] });
});

test('without its CRD a monitoring object is not wanted', () => {
  const served = { ServiceMonitor: true, PrometheusRule: false };
  const kinds = desiredOfNamespace('events', [rooms.minimal], config, served).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['Service', 'NetworkPolicy', 'ServiceMonitor']);
});

test('a pod that takes the place of another has another name, and the same one each time', () => {
  const name = (replaces: string) => originPod(rooms.minimal, config, { hostPort: 7000, replaces }).metadata.name;
  assert.match(name(''), /^keynote-origin-[a-z0-9]{5}$/);
  assert.equal(name(''), name(''));
  assert.notEqual(name(name('')), name(''));
});

test('a room made anew under the same name does not get the pod of the old one', () => {
  const anew = { ...rooms.minimal, metadata: { ...rooms.minimal.metadata, uid: 'another' } };
  assert.notEqual(originPod(anew, config, first).metadata.name, originPod(rooms.minimal, config, first).metadata.name);
});

for (const [text, ms] of Object.entries({ '0s': 0, '15s': 15_000, '1m30s': 90_000, '500ms': 500, '24h': 86_400_000 }))
  test(`${text} is ${ms} ms`, () => assert.equal(durationMs(text), ms));

test('without a public URL a room is reached by its Service', () => {
  const { publicURL: _, ...inside } = config;
  assert.equal(urls(rooms.minimal, inside).whipURL, 'http://keynote.events.svc/events/keynote/whip');
  assert.equal(urls(rooms.minimal, config).playerURL, 'https://live.example.com/events/keynote/');
});

test('a note that the API server would refuse is cut', () => {
  const noteOf = (message: string) =>
    event(rooms.minimal, { type: 'Warning', reason: 'QuotaExceeded', message }, { nowMs: 0, instance: 'me' }).note;
  assert.equal(noteOf('x'.repeat(1024)), 'x'.repeat(1024));
  // It counts bytes of UTF-8, not characters.
  assert.equal(noteOf('x'.repeat(1025)), `${'x'.repeat(1021)}…`);
  assert.equal(noteOf('€'.repeat(1000)), `${'€'.repeat(340)}…`);
});
