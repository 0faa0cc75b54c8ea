import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Cluster, startCluster } from '#local/cluster.ts';
import { type Kubectl, kubectl, served } from '#test/harness/kubectl.ts';
import { aRoom } from '#test/harness/room.ts';
import { refusals } from './crds/refused-rooms.ts';

/** What the real API server says to a LiveRoom, before any code of ours sees it. */

/** A room with everything that 0.1.0 knows, made under the CRD of that release. */
const veteran = aRoom('veteran', {
  publish: {
    auth: { mode: 'BearerToken', secretRef: { name: 'encoder', key: 'token' } },
    onConflict: 'TakeOver',
    reconnectGrace: '30s',
    codecs: ['VP8', 'Opus'],
  },
  play: { auth: { mode: 'None' }, maxSubscribers: 500 },
  network: { media: { mode: 'ClusterOnly' } },
  drain: { timeout: '1m30s' },
  pod: {
    image: 'liveroom.dev/sfu:0.1.0',
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: 2 } },
    nodeSelector: { pool: 'media' },
    tolerations: [{ key: 'media', operator: 'Exists', effect: 'NoSchedule' }],
  },
});

describe('the API server', () => {
  let cluster: Cluster;
  let kube: Kubectl;

  before(async () => {
    cluster = await startCluster({ node: false, manifests: ['test/fixtures/0.1.0/liveroom.yaml'] });
    kube = kubectl(cluster.kubectlFile, cluster.kubeconfigFile, cluster.clientConfig);
    await served(kube, 'crd/liverooms.liveroom.dev');
    await kube.apply(veteran);
    await kube.run(['apply', '--server-side', '-f', 'crds/liveroom.yaml']);
  });
  after(() => cluster?.stop());

  for (const [name, { room, says }] of Object.entries(refusals)) {
    test(`refuses ${name}, and names field and bound`, async () => {
      const { code, stderr } = await kube.try(['create', '--validate=strict', '-f', '-'], JSON.stringify(room));
      assert.notEqual(code, 0);
      assert.match(stderr, says);
    });
  }

  test('refuses malformed YAML with the line', async () => {
    const { code, stderr } = await kube.try(['create', '-f', '-'], 'kind: LiveRoom\n  spec: [');
    assert.notEqual(code, 0);
    assert.match(stderr, /line 2/);
  });

  test('keeps every field of a room from 0.1.0, and takes edits of it', async () => {
    const room = await kube.get<{ spec: object }>('liveroom', 'veteran');
    assert.partialDeepStrictEqual(room?.spec, veteran.spec);
    await kube.apply({ ...veteran, spec: { ...veteran.spec, play: { maxSubscribers: 1000 } } });
    const edited = await kube.get<{ spec: { play: object } }>('liveroom', 'veteran');
    assert.deepEqual(edited?.spec.play, { auth: { mode: 'BearerToken' }, maxSubscribers: 1000 });
  });

  test('fills an empty spec with what no cluster chooses for its rooms', async () => {
    await kube.apply(aRoom('plain'));
    const room = await kube.get<{ spec: object }>('liveroom', 'plain');
    assert.deepEqual(room?.spec, {
      drain: {},
      monitoring: { scope: 'Namespace', alerts: {} },
      network: { media: { mode: 'HostPort' } },
      play: { auth: { mode: 'BearerToken' } },
      pod: {},
      publish: { auth: { mode: 'BearerToken' } },
      suspend: false,
      update: {},
    });
  });

  test('takes a room with everything about its monitoring', async () => {
    const monitoring = {
      serviceMonitor: 'Disabled',
      prometheusRule: 'Auto',
      scope: 'Room',
      labels: { release: 'kps', 'example.com/team': 'video' },
      interval: '1m',
      scrapeTimeout: '30s',
      alerts: { highSubscriberCount: 0, nearCapacityPercent: 0, publisherExpected: 'Always' },
    };
    await kube.apply(aRoom('watched', { monitoring }));
    const room = await kube.get<{ spec: { monitoring: object } }>('liveroom', 'watched');
    assert.deepEqual(room?.spec.monitoring, monitoring);
  });

  test('fills what is not said of a probe, and leaves the others to the operator', async () => {
    await kube.apply(aRoom('probed', { pod: { probes: { liveness: { failureThreshold: 6 } } } }));
    const room = await kube.get<{ spec: { pod: object } }>('liveroom', 'probed');
    const liveness = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
    assert.deepEqual(room?.spec.pod, { probes: { liveness } });
  });

  test('accepts a room without any spec', async () => {
    const { spec: _, ...room } = aRoom('bare');
    await kube.apply(room);
    assert.ok(await kube.get('liveroom', 'bare'));
  });

  test('refuses to change the media mode of a room that exists', async () => {
    await kube.apply(aRoom('fixed'));
    for (const mode of ['ClusterOnly', 'LoadBalancer', 'NodePort']) {
      const patch = JSON.stringify({ spec: { network: { media: { mode } } } });
      const { stderr } = await kube.try(['patch', 'liveroom', 'fixed', '--type=merge', '-p', patch]);
      assert.match(stderr, /spec\.network\.media\.mode.*is immutable/s);
    }
  });

  test('knows the short name, the category and the columns', async () => {
    const table = await kube.run(['get', 'lr', '-o', 'wide']);
    assert.match(table, /^NAME\s+READY\s+REASON\s+LIVE\s+VIEWERS\s+AGE\s+NODE\s+ADDRESS\s+WHIP\s+WHEP/);
    assert.match(await kube.run(['get', 'live', '-o', 'name']), /liveroom\.liveroom\.dev\/plain/);
  });
});
