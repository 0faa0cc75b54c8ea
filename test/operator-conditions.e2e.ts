import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import { hostPortOf } from '#operator/decide/media-address.ts';
import type { Pod } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { nodeAddress } from '#test/harness/node-in-name.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** What a room says while it cannot be Ready, once it is, and while its pod goes. The scheduler is real. */

describe('a room', () => {
  let on: OperatedCluster;
  before(async () => {
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  /** Lets time pass at once, after which the room is looked at. */
  async function passes(ms: number, room: string, at: string): Promise<void> {
    aheadMs += ms;
    const mark = `liveroom.dev/look-again=${aheadMs}`;
    await on.kube.run(['annotate', '--overwrite', 'liveroom', room, '-n', at, mark]);
  }
  /** Waits for a number of viewers, which is written at most every 10 s. */
  async function shows(viewers: number, at: string): Promise<void> {
    await passes(10_000, 'keynote', at);
    await eventually(`${viewers} viewers`, async () => (await on.room('keynote', at))?.status?.subscribers === viewers);
  }

  const origin = (at: string, ofRoom: string): Promise<Pod> =>
    eventually(`a pod of ${ofRoom} on a node`, async () =>
      (await on.staying(at)).find(
        ({ metadata, spec }) => metadata.labels?.['liveroom.dev/room'] === ofRoom && spec.nodeName !== undefined,
      ),
    );

  test('says why no node takes its pod: none fits, or another pod has its port, and then gets another port', async () => {
    await on.start({ now });
    const at = await on.namespace('unplaced');
    await on.kube.apply(aRoom('picky', { pod: { nodeSelector: { disk: 'none' } } }, at));
    assert.match(
      await on.says('picky', at, 'OriginReady=False/Unschedulable'),
      /fits on no node: 0\/1 nodes are available: .*Add nodes, or change spec\.pod\.$/,
    );
    const ports = [{ containerPort: 1, hostPort: 7001, protocol: 'UDP' }];
    await on.kube.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'squatter', namespace: at },
      spec: { automountServiceAccountToken: false, containers: [{ name: 'a', image: 'b', ports }] },
    });
    await eventually('the squatter has its port', async () =>
      (await on.staying(at)).some(({ metadata, spec }) => metadata.name === 'squatter' && spec.nodeName !== undefined),
    );
    await on.kube.apply(aRoom('crowded', {}, at));
    assert.match(
      await on.says('crowded', at, 'OriginReady=False/NoFreePorts'),
      /free ports.*UDP port 7001 on them\. .*move the operator's hostPorts, or add nodes\.$/,
    );
    await on.says('crowded', at, 'Ready=False/NoFreePorts');
    await passes(60_000, 'crowded', at);
    assert.equal(hostPortOf(await origin(at, 'crowded')), 7002);
  });

  test('says that no host port is left', async () => {
    await on.start({ config: { hostPorts: { from: 7000, to: 7000 } } });
    const at = await on.namespace('exhausted');
    await on.kube.apply(aRoom('first', {}, at));
    await origin(at, 'first');
    await on.kube.apply(aRoom('second', {}, at));
    assert.match(
      await on.says('second', at, 'Accepted=False/PortRangeExhausted'),
      /^All 1 host ports from 7000 to 7000 are taken on the only node where/,
    );
  });

  test('says what its kubelet cannot do, and is Ready when that is over', async () => {
    await on.start();
    const at = await on.namespace('broken');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await origin(at, 'keynote');
    const container = (restartCount: number, waiting: object, lastState = {}) =>
      on.report(pod, {
        containerStatuses: [
          { name: 'sfu', image: 'x', imageID: '', ready: false, restartCount, state: { waiting }, lastState },
        ],
      });
    await container(0, { reason: 'ImagePullBackOff', message: 'no such image' });
    assert.match(await on.says('keynote', at, 'OriginReady=False/ImagePullFailed'), /no such image\. Check its name/);
    await container(2, { reason: 'CrashLoopBackOff' }, { terminated: { exitCode: 1, reason: 'Error' } });
    assert.match(
      await on.says('keynote', at, 'OriginReady=False/CrashLooping'),
      /ended 2 times, last with exit code 1 \(Error\)\. See: kubectl -n broken logs --previous keynote-origin-/,
    );
    await on.report(pod, { containerStatuses: null });
    await on.runOrigin(at);
    await on.kube.run(['wait', '--for=condition=Ready', 'liveroom/keynote', '-n', at, '--timeout=30s']);
  });

  test('says that its node tells no address, and takes the one that somebody writes down', async () => {
    await on.start();
    const at = await on.namespace('nowhere');
    const annotate = (value: string) => on.kube.run(['annotate', '--overwrite', 'node', 'node-1', value]);
    try {
      await annotate(`${annotation.mediaAddress}=live.example.com`);
      await on.kube.apply(aRoom('keynote', {}, at));
      await on.runOrigin(at);
      assert.match(
        await on.says('keynote', at, 'OriginReady=False/AddressUnknown'),
        /\(live\.example\.com\).*kubectl annotate --overwrite node node-1 liveroom\.dev\/media-address=/,
      );
      await on.says('keynote', at, 'MediaReachable=False/AddressUnknown');
      await annotate(`${annotation.mediaAddress}=203.0.113.50,2001:db8::50`);
      await on.says('keynote', at, 'Ready=True/Ready');
      const { status } = (await on.room('keynote', at)) ?? {};
      assert.deepEqual(status?.origin?.addresses, ['203.0.113.50', '2001:db8::50']);
      const [pod] = await on.staying(at);
      const { [annotation.mediaAddress]: first, [annotation.mediaAddresses]: all } = pod?.metadata.annotations ?? {};
      const port = status?.origin?.mediaPort;
      assert.deepEqual([first, all], [`203.0.113.50:${port}`, `203.0.113.50:${port},[2001:db8::50]:${port}`]);
    } finally {
      await annotate(`${annotation.mediaAddress}-`);
    }
  });

  test('waits for the load balancer of its pod, and leaves none behind', async () => {
    await on.start();
    const at = await on.namespace('balanced');
    const network = { media: { mode: 'LoadBalancer', loadBalancerClass: 'example.com/fast' } };
    await on.kube.apply(aRoom('keynote', { network }, at));
    const waiting = await on.says('keynote', at, 'EndpointReady=False/WaitingForLoadBalancer');
    const { name } = (await on.runOrigin(at)).metadata;
    assert.match(waiting, new RegExp(`class example.com/fast .* kubectl -n balanced describe service ${name}$`));
    const tell = (ingress: object) => {
      const status = JSON.stringify({ status: { loadBalancer: { ingress: [ingress] } } });
      return on.kube.run(['patch', 'service', name, '-n', at, '--subresource=status', '--type=merge', '-p', status]);
    };
    await tell({ hostname: 'lb.example.com' });
    await on.says('keynote', at, 'Ready=False/AddressUnknown');
    await tell({ ip: '203.0.113.80' });
    await on.says('keynote', at, 'Ready=True/Ready');
    assert.equal((await on.staying(at))[0]?.metadata.annotations?.[annotation.mediaAddresses], '203.0.113.80:7882');
    await on.kube.apply(aRoom('keynote', { network, pod: { image: 'x' } }, at));
    const ofPods = async () => (await on.kube.run(['get', 'svc', '-n', at, '-o', 'name'])).match(/-origin-/g)?.length;
    await eventually('a Service of the successor', async () => (await ofPods()) === 2);
    await on.kube.run(['delete', 'liveroom', 'keynote', '-n', at, '--wait=false']);
    await eventually('garbage collection of Services', async () => (await ofPods()) === undefined, 60_000);
  });

  test('shows in kubectl what it is, and tells no Event twice, also to the next operator', async () => {
    const first = await on.start({ now });
    const at = await on.namespace('shown');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at, {
      subscribers: 30,
      publisher: { since: '2026-11-01T12:00:00Z', sendsMedia: true },
    });
    await on.says('keynote', at, 'Publishing=True/Publishing');
    await on.says('keynote', at, 'MediaReachable=True/MediaReachable');
    await shows(30, at);
    const rows = async (...more: string[]) =>
      (await on.kube.run(['get', 'lr', '-n', at, ...more])).split('\n').map((row) => row.trim().split(/\s+/));
    const [heads, row = []] = await rows();
    assert.deepEqual(heads, ['NAME', 'READY', 'REASON', 'LIVE', 'VIEWERS', 'AGE']);
    assert.deepEqual(row.slice(0, 5), ['keynote', 'True', 'Ready', 'True', '30']);
    const [wideHeads = [], wide = []] = await rows('-o', 'wide');
    assert.deepEqual(wideHeads.slice(6), ['NODE', 'ADDRESS', 'WHIP', 'WHEP']);
    const urls = ['whip', 'whep'].map((end) => `http://keynote.shown.svc/shown/keynote/${end}`);
    assert.deepEqual(wide.slice(6), ['node-1', nodeAddress, ...urls]);

    const { metadata, status } = (await on.room('keynote', at)) ?? {};
    assert.equal(status?.observedGeneration, metadata?.generation);
    assert.ok(status?.conditions?.every(({ observedGeneration }) => observedGeneration === metadata?.generation));

    const events = async () =>
      (
        (await on.kube.get<{ items: { reason: string; note?: string }[] }>('events.events.k8s.io', '-n', at))?.items ??
        []
      )
        .map(({ reason, note }) => `${reason}: ${note}`)
        .toSorted();
    await eventually('the Events', async () => {
      const all = await events();
      return ['Ready', 'Publishing', 'MediaReachable'].every((reason) => all.some((one) => one.startsWith(reason)));
    });
    await first.stop();
    const told = await events();
    assert.equal(new Set(told).size, told.length);

    // Another viewer is no news: neither for the operator that has just come, nor for one that asks and asks again.
    const second = await on.start({ now });
    const asked = async () => Number(/pod_request_seconds_count (\d+)/.exec(await second.metrics())?.[1] ?? 0);
    on.stats.set(pod.metadata.name, {
      ...(on.stats.get(pod.metadata.name) ?? { version: '0.1.0', draining: false }),
      rooms: [
        {
          namespace: at,
          name: 'keynote',
          subscribers: 31,
          publisher: { since: '2026-11-01T12:00:00Z', sendsMedia: true },
        },
      ],
      clients: { connected: 40, unreached: 0 },
    });
    await eventually('it has asked the pod', async () => (await asked()) >= 10);
    assert.deepEqual(second.writes, []);
    assert.deepEqual(await events(), told);
  });

  test('tells of those who are on a pod that drains', async () => {
    await on.start({ now });
    const at = await on.namespace('draining');
    await on.kube.apply(aRoom('keynote', {}, at));
    const publisher = { since: '2026-11-01T12:00:00Z', sendsMedia: true };
    const old = await on.runOrigin(at, { subscribers: 3, publisher });
    await on.says('keynote', at, 'Publishing=True/Publishing');
    await on.kube.run(['delete', 'pod', old.metadata.name, '-n', at, '--wait=false']);
    const until = String.raw`until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    const message = await on.says('keynote', at, 'Draining=True/Draining');
    assert.match(message, new RegExp(`^1 pod waits for the publisher and 3 viewers to leave, ${until}\\.$`));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await shows(3, at);
    await eventually('the publisher is said to be on the old pod', async () =>
      (await on.says('keynote', at, 'Publishing=True/Publishing')).includes(
        `on pod ${old.metadata.name}, which drains`,
      ),
    );
    const { status } = (await on.room('keynote', at)) ?? {};
    assert.deepEqual(status?.publisher, { connected: true, since: publisher.since });
    await on.kube.run(['delete', 'pod', old.metadata.name, '-n', at, '--force', '--grace-period=0']);
    await on.says('keynote', at, 'Draining=False/NotDraining');
    await on.says('keynote', at, 'Publishing=False/Reconnecting');
    const reasons = async () =>
      (await on.kube.get<{ items: { reason: string }[] }>('events.events.k8s.io', '-n', at))?.items.map(
        ({ reason }) => reason,
      );
    await eventually('both turns are told once each', async () => {
      const all = (await reasons()) ?? [];
      return ['Draining', 'NotDraining'].every((wanted) => all.filter((reason) => reason === wanted).length === 1);
    });
  });
});
