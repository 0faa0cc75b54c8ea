import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { settingsHash } from '#operator/build/config-map.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { isSpecHash, specHash } from '#operator/build/spec-hash.ts';
import type { Config } from '#operator/config.ts';
import { config, storedRoom } from '../objects.ts';

/**
 * A hash that changes here restarts the pods of everybody who upgrades the operator. If that is not what you want, leave
 * the hashes alone and what is hashed; if it is, count up its scheme, and say so in the changelog.
 */

const { publish } = storedRoom().spec;
const own: Partial<LiveRoomSpec> = {
  publish: { ...publish, auth: { mode: 'BearerToken', secretRef: { name: 'stage', key: 'encoder' } } },
  play: { auth: { mode: 'None' }, maxSubscribers: 7 },
};
const chosen: Partial<LiveRoomSpec> = {
  network: { media: { mode: 'ClusterOnly' } },
  pod: {
    image: 'registry.example.com/sfu:test',
    resources: { requests: { cpu: 2 }, limits: { memory: '1Gi' } },
    nodeSelector: { pool: 'media' },
    tolerations: [{ key: 'media', operator: 'Exists', effect: 'NoSchedule' }],
  },
};
const probed = { pod: { probes: { liveness: { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 6 } } } };
const placed: Partial<LiveRoomSpec> = {
  pod: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['media', 'video'] }] }],
        },
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
    ],
    priorityClassName: 'media',
    serviceAccountName: 'media',
  },
};
const worded = { pod: { labels: { team: 'video' }, annotations: { 'sidecar.istio.io/inject': 'false' } } };
const internal = { network: { media: { mode: 'ClusterOnly' } } } as const;
const balanced = { network: { media: { mode: 'LoadBalancer' } } } as const;
const classed = { network: { media: { mode: 'LoadBalancer', loadBalancerClass: 'example.com/fast' } } } as const;
const nodePorts = { network: { media: { mode: 'NodePort' } } } as const;
const iceServers = [{ urls: ['turn:turn.example.com'], secretRef: { name: 'coturn', key: 'secret' } }];
const relayed: Partial<LiveRoomSpec> = { network: { media: { mode: 'HostPort' }, iceServers } };
const traced = { tracing: { endpoint: 'http://otel-collector:4317' } };

interface Row {
  readonly spec?: Partial<LiveRoomSpec>;
  readonly config?: Partial<Config>;
  readonly hash: string;
  /** What release 0.1.0 made of it, as far as it could. */
  readonly of010?: string;
}

const rows = {
  'of an empty spec': { hash: '2-xzwbzk5q', of010: 'bptmb9lw' },
  'with a token of its own': { spec: own, hash: '2-97ktsf2t', of010: '7pf9wswt' },
  'with all that 0.1.0 could choose': { spec: chosen, hash: '2-kvnkx9rc', of010: 'bg68st9h' },
  'without media from outside': { spec: internal, hash: '2-chqffnmd', of010: 'pgrd5s8s' },
  'with probes': { spec: probed, hash: '2-nj8xkdrz' },
  'with a place': { spec: placed, hash: '2-pdfdrwfl' },
  'with words for others': { spec: worded, hash: '2-lxm7r9s7' },
  'with a load balancer': { spec: balanced, hash: '2-r6svqc2k' },
  'with a load balancer of a class': { spec: classed, hash: '2-zjs8dzjb' },
  'with a node port': { spec: nodePorts, hash: '2-mlq44tsj' },
  'with a TURN server': { spec: relayed, hash: '2-p4qxr52t' },
  'with traces': { spec: traced, hash: '2-wkcwmbfq' },
  'with settings of the installation': { config: { podEnv: { LOG_LEVEL: 'debug' } }, hash: '2-g2nd7p42' },
  'with another default image': { config: { images: { sfu: 'liveroom.dev/sfu:next' } }, hash: '2-98btddjr' },
} satisfies Readonly<Record<string, Row>>;
for (const [name, row] of Object.entries<Row>(rows))
  test(`the hash of a pod ${name} stays as it is`, () => {
    const [room, its] = [storedRoom(row.spec), { ...config, ...row.config }];
    assert.equal(specHash(room, its), row.hash);
    assert.ok(isSpecHash(row.hash, room, its));
    assert.ok(!isSpecHash('', room, its));
    if (row.of010 !== undefined) assert.ok(isSpecHash(row.of010, room, its));
  });

test('a pod of 0.1.0 is not taken for one with what 0.1.0 could not choose', () => {
  const former = Object.values<Row>(rows).flatMap(({ of010 = [] }) => of010);
  assert.equal(former.length, 4);
  for (const spec of [probed, placed, worded, traced, balanced, nodePorts])
    for (const carried of former) assert.ok(!isSpecHash(carried, storedRoom(spec), config), carried);
});

test('a pod of 0.1.0 is replaced where it could not check the tokens, or tell of STUN; a later one goes on', () => {
  const auth = { mode: 'JWT', jwksURL: 'https://id.example.com/keys', audience: 'live' } as const;
  const room = storedRoom({ play: { auth, maxSubscribers: 0 } });
  const { hash, of010 } = rows['of an empty spec'];
  const stun = storedRoom({ network: { media: { mode: 'HostPort' }, iceServers: [{ urls: ['stun:a'] }] } });
  for (const one of [room, stun])
    assert.deepEqual([isSpecHash(hash, one, config), isSpecHash(of010, one, config)], [true, false]);
  const none = storedRoom({ network: { media: { mode: 'HostPort' }, iceServers: [] } });
  assert.ok(isSpecHash(of010, none, config));
});

test('a pod of 0.1.0 is replaced where it does not know a codec that the room asks for, and refuses its settings', () => {
  const { of010 } = rows['of an empty spec'];
  const withCodecs = (...codecs: typeof publish.codecs) => storedRoom({ publish: { ...publish, codecs } });
  for (const codec of ['VP9', 'AV1', 'RED'] as const)
    assert.ok(!isSpecHash(of010, withCodecs(codec, 'H264'), config), codec);
  assert.ok(isSpecHash(of010, withCodecs('VP8', 'H264', 'Opus'), config));
});

test('an empty map or list, as templates write them, says nothing, and replaces no pod', () => {
  const nothings = [
    { labels: {} },
    { annotations: {} },
    { affinity: {} },
    { probes: {} },
    { topologySpreadConstraints: [] },
    { imagePullSecrets: [] },
  ];
  const { hash, of010 } = rows['of an empty spec'];
  for (const pod of nothings)
    for (const carried of [hash, of010]) assert.ok(isSpecHash(carried, storedRoom({ pod }), config), carried);
});

test('whatever tells two pods of a room apart is in the hash', () => {
  const others = Object.values<Row>(rows).map(
    ({ spec, config: its }) => [storedRoom(spec), { ...config, ...its }] as const,
  );
  const pods = others.map(([room, its]) => JSON.stringify(originPod(room, its, { replaces: '' })));
  const hashes = others.map(([room, its]) => specHash(room, its));
  assert.equal(new Set(pods).size, pods.length);
  assert.equal(new Set(hashes).size, hashes.length);
});

test('what the pod reads from its files is no part of the hash that decides a roll-out', () => {
  const { publish, play } = storedRoom().spec;
  const edited = storedRoom({
    publish: { ...publish, onConflict: 'TakeOver', reconnectGrace: '1m', codecs: ['VP8'] },
    play: { ...play, maxSubscribers: 7 },
    drain: { timeout: '1s', eviction: 'Always' },
    update: { policy: 'Immediate' },
    suspend: true,
  });
  assert.equal(specHash(edited, config), specHash(storedRoom(), config));
  assert.notEqual(settingsHash(edited), settingsHash(storedRoom()));
});

test('what a running pod cannot take over is part of it', () => {
  const hashes = [
    storedRoom(),
    storedRoom({ pod: { image: 'other' } }),
    storedRoom({ pod: { nodeSelector: { pool: 'media' } } }),
    storedRoom({ pod: { probes: { readiness: { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 } } } }),
    storedRoom({ play: { auth: { mode: 'BearerToken', secretRef: { name: 'own', key: 'play' } }, maxSubscribers: 0 } }),
  ].map((room) => specHash(room, config));
  assert.equal(new Set(hashes).size, hashes.length);
});

test('a room is locked and opened without another pod', () => {
  const open = storedRoom({ play: { auth: { mode: 'None' }, maxSubscribers: 0 } });
  assert.equal(specHash(open, config), specHash(storedRoom(), config));
  assert.notEqual(settingsHash(open), settingsHash(storedRoom()));
});

test('the pod carries the hashes by which it is judged', () => {
  const { annotations } = originPod(storedRoom(), config, { hostPort: 7000, replaces: '' }).metadata;
  assert.equal(annotations[annotation.specHash], specHash(storedRoom(), config));
  assert.equal(annotations[annotation.settingsHash], settingsHash(storedRoom()));
});

test('annotations by which Prometheus finds pods are no part of what decides a roll-out', () => {
  const enabled = { ...config, monitoring: { ...config.monitoring, scrapeAnnotations: 'Enabled' } } as const;
  const { annotations } = originPod(storedRoom(), enabled, { hostPort: 7000, replaces: '' }).metadata;
  const found = Object.entries(annotations).filter(([name]) => name.startsWith('prometheus.io/'));
  assert.deepEqual(Object.fromEntries(found), {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': '9090',
    'prometheus.io/path': '/metrics',
  });
  assert.equal(specHash(storedRoom(), enabled), specHash(storedRoom(), config));
});
