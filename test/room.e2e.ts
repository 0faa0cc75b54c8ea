import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { internalPath, port } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import { launchChromium, visit } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { loneViewer } from '#test/harness/lone-viewer.ts';
import { playsAgain, playsFor, publishTestPicture, shown, stops } from '#test/harness/pages.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import { seriesValue } from '#test/server/series.ts';

/** The whole: a room on the local cluster, published and watched by the product's own pages in a real Chromium. */

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly podIP: string };
}

describe('a room', () => {
  let product: Product;
  let browser: Browser;
  let publisher: Page;
  let player: Page;

  before(async () => {
    product = await startProduct();
    browser = await launchChromium();
    await product.kube.apply(aRoom('keynote'));
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  const room = () => product.kube.get<LiveRoom>('liveroom', 'keynote');
  const origins = async () =>
    (await product.kube.get<{ readonly items: readonly Pod[] }>('pods', '-l', 'liveroom.dev/room=keynote'))?.items ??
    [];
  const originUids = async () => (await origins()).map(({ metadata }) => metadata.uid);
  const condition = async (type: string) => (await room())?.status?.conditions?.find((one) => one.type === type);

  /** GET on a pod's internal port, through the API server. */
  const ask = ({ metadata: { name } }: Pod, path: string) =>
    product.kube.run(['get', '--raw', `/api/v1/namespaces/default/pods/${name}:${port.internal}/proxy${path}`]);

  /** Of the only pod. */
  const metric = async (name: string, labels = '{room="keynote"}') => {
    const [pod] = await origins();
    return pod && seriesValue(await ask(pod, internalPath.metrics), `${name}${labels}`);
  };

  test('is Ready soon after it was applied', async () => {
    await product.kube.run(['wait', '--for=condition=Ready', 'liveroom/keynote', '--timeout=30s']);
    assert.match(await product.kube.run(['get', 'lr', 'keynote']), /keynote\s+True\s+Ready\s+False/);
  });

  test('tells a viewer in words that nobody publishes yet', async () => {
    const urls = await product.urls('keynote');
    player = await visit(browser, urls.player);
    const { detail } = await eventually('the player waits', async () => {
      const now = await shown(player);
      return now.state === 'waiting' && now;
    });
    assert.match(detail, /publish/i);
  });

  test('plays what its own publisher page sends: frames and audio energy rise for 10 s', async () => {
    const urls = await product.urls('keynote');
    publisher = await publishTestPicture(browser, urls);
    await playsAgain(player, 20_000);
    await playsFor(player, 10);
  });

  test('says so in its status: who publishes, how many watch', async () => {
    await eventually('Publishing is True', async () => (await condition('Publishing'))?.status === 'True');
    await eventually('one subscriber is shown', async () => (await room())?.status?.subscribers === 1);
  });

  test('exports live_rooms and live_subscribers on the metrics port of its pod', async () => {
    assert.equal(await metric('live_rooms', ''), 1);
    assert.equal(await metric('live_subscribers'), 1);
    assert.ok(((await metric('live_rtp_packets_total')) ?? 0) > 0);
  });

  test('cuts nobody when its limit is lowered, and holds it for the next', async () => {
    const before = await originUids();
    await product.kube.apply(aRoom('keynote', { play: { maxSubscribers: 1 } }));
    await eventually('the pod goes by it', async () => (await metric('live_room_max_subscribers')) === 1);
    const second = await visit(browser, (await product.urls('keynote')).player);
    const { detail } = await eventually('the second viewer is told that the room is full', async () => {
      const now = await shown(second);
      return now.state === 'waiting' && now;
    });
    assert.match(detail, /1 (viewer|subscriber)|full/i);
    await second.context().close();
    await playsFor(player, 3);
    assert.deepEqual(await originUids(), before);
    await product.kube.apply(aRoom('keynote'));
  });

  test('is opened and locked while it is live: the pod stays, and a viewer without a token is told so', async () => {
    const before = await originUids();
    const { player: url } = await product.urls('keynote');
    const whep = new URL('whep', url);
    const status = async () => (await fetch(whep, { method: 'POST', body: '' })).status;
    assert.equal(await status(), 401);
    await product.kube.apply(aRoom('keynote', { play: { auth: { mode: 'None' } } }));
    await eventually('everybody may ask', async () => (await status()) === 415);
    await product.kube.apply(aRoom('keynote'));
    await eventually('a token is needed again', async () => (await status()) === 401);
    assert.deepEqual(await originUids(), before);
    await playsFor(player, 2);
  });

  test('goes on while the operator is killed, on the same pod', async () => {
    const before = await originUids();
    const system = ['-n', 'liveroom-system'];
    await product.kube.run([...system, 'scale', 'deployment/liveroom-operator', '--replicas=0']);
    await product.kube.run([...system, 'delete', 'pod', '--all', '--force', '--grace-period=0']);
    const operators = () => product.kube.run([...system, 'get', 'pods', '-o', 'name']);
    await eventually('no operator is left', async () => (await operators()) === '');
    await playsFor(player, 5);
    await product.kube.run([...system, 'scale', 'deployment/liveroom-operator', '--replicas=1']);
    await product.kube.run([...system, 'rollout', 'status', 'deployment/liveroom-operator', '--timeout=60s']);
    await playsFor(player, 3);
    assert.deepEqual(await originUids(), before);
  });

  test('says that its publisher has ended its session, not that it reconnects, and plays what the next one sends', async () => {
    await stops(publisher);
    const told = await eventually('nobody publishes', async () => {
      const publishing = await condition('Publishing');
      return publishing?.status === 'False' && publishing;
    });
    assert.match(`${told.reason}: ${told.message}`, /^NoPublisher: .*The last publisher ended its session at/);
    publisher = await publishTestPicture(browser, await product.urls('keynote'));
    await playsAgain(player, 30_000);
  });

  test('waits with another pod while it is live, and is Ready all the while that one takes over', async () => {
    const [old] = await origins();
    await product.kube.apply(aRoom('keynote', { pod: { resources: { requests: { cpu: '50m' } } } }));
    await eventually('it waits', async () => (await condition('Progressing'))?.reason === 'WaitingForIdle');
    const ready = await condition('Ready');
    await playsFor(player, 2);
    await publisher.context().close();
    const isNext = async () => {
      const pods = await origins();
      return pods.length === 1 && pods[0]?.metadata.uid !== old?.metadata.uid;
    };
    await eventually('the next pod is alone', isNext, 60_000);
    assert.equal((await condition('Ready'))?.lastTransitionTime, ready?.lastTransitionTime);
    publisher = await publishTestPicture(browser, await product.urls('keynote'));
    await playsAgain(player, 30_000);
  });

  test('tells of a pod that drains: nobody is cut, and both sides find the next one, which passes on what is the old one’s (C-28)', async () => {
    const [old] = await origins();
    assert.ok(old);
    const viewer = await loneViewer(product, 'keynote');
    await product.kube.run(['delete', 'pod', old.metadata.name, '--wait=false']);
    const waits = (says: RegExp) =>
      eventually('Draining is told of', async () => says.test((await condition('Draining'))?.message ?? ''));
    await waits(/^1 pod waits for the publisher and 2 viewers to leave/);
    const statuses = new Set<number>();
    await eventually('another pod is asked, and asks the one that drains', async () => {
      statuses.add((await viewer.ask(viewer.location)).status);
      const next = (await origins()).find(({ metadata }) => metadata.uid !== old.metadata.uid);
      const metrics = next === undefined ? '' : await ask(next, internalPath.metrics).catch(() => '');
      return (seriesValue(metrics, 'live_requests_passed_on_total{result="Answered"}') ?? 0) > 0;
    });
    assert.ok(!statuses.has(404), [...statuses].join());
    assert.equal((await viewer.ask(viewer.location, { method: 'DELETE' })).status, 200);
    viewer.stop();
    await waits(/^1 pod waits for the publisher and 1 viewer to leave/);
    await eventually('Publishing is True', async () => (await condition('Publishing'))?.status === 'True');
    await playsFor(player, 3);
    await stops(publisher);
    const isGone = async () => (await origins()).every(({ metadata: { uid } }) => uid !== old.metadata.uid);
    await eventually('the pod has ended, as all have left', isGone, 30_000);
    publisher = await publishTestPicture(browser, await product.urls('keynote'));
    await playsAgain(player, 30_000);
    await eventually('Draining is False', async () => (await condition('Draining'))?.status === 'False');
  });

  test('gets a new origin when its own is lost, and both pages carry on by the same URLs', async () => {
    const [lost] = await origins();
    assert.ok(lost);
    await product.kube.run(['delete', 'pod', lost.metadata.name, '--force', '--grace-period=0']);
    const found = await eventually('another origin', async () => {
      const pods = await origins();
      return pods.length === 1 && pods[0]?.metadata.uid !== lost.metadata.uid && pods[0];
    });
    const isBack = async () => {
      const { rooms } = JSON.parse(await ask(found, internalPath.stats)) as PodStats;
      return rooms[0]?.publisher?.sendsMedia === true && rooms[0].subscribers === 1;
    };
    await eventually('publisher and player are at the new origin', isBack, 60_000);
    await playsAgain(player, 60_000);
    await playsFor(player, 3);
  });

  test('has another token soon after its pod has lost one whose key was deleted, and cuts nobody', async () => {
    const [pod] = await origins();
    assert.ok(pod);
    const tokens = async () =>
      (await product.kube.get<{ data?: Record<string, string> }>('secret', 'keynote-tokens'))?.data ?? {};
    const before = await tokens();
    const taken = JSON.stringify([{ op: 'remove', path: '/data/play' }]);
    await product.kube.run(['patch', 'secret', 'keynote-tokens', '--type=json', '-p', taken]);
    // The kubelet looks at once, and not within the minute.
    await product.kube.run(['annotate', 'pod', pod.metadata.name, 'example.com/look=now']);
    const next = await eventually('another token', async () => {
      const { play } = await tokens();
      return play !== before['play'] && play;
    });
    const authorization = `Bearer ${Buffer.from(next, 'base64')}`;
    const whep = new URL('whep', (await product.urls('keynote')).player);
    await eventually('it opens the room', async () => {
      const { status } = await fetch(whep, { method: 'POST', body: '', headers: { authorization } });
      return status === 415;
    });
    await playsFor(player, 1);
  });

  test('leaves nothing behind within 20 s when it is deleted, viewers or not', async () => {
    assert.equal((await shown(player)).state, 'live');
    const kinds = (await product.leftovers('default')).map((name) => name.split(/[./]/)[0]);
    const made = ['configmap', 'endpointslice', 'networkpolicy', 'pod', 'secret', 'service'];
    assert.deepEqual([...new Set(kinds)].filter((kind) => kind !== 'liveroom').sort(), made);
    await product.kube.run(['delete', 'liveroom', 'keynote', '--wait=false']);
    await eventually(
      'nothing of the room is left',
      async () => (await product.leftovers('default')).length === 0,
      20_000,
    );
  });

  // No promise of ours: Kubernetes looks whether a namespace is empty when it thinks fit, the pods' ten seconds later or more.
  test('leaves nothing behind when its namespace is deleted', async () => {
    await product.kube.run(['create', 'namespace', 'events']);
    await product.kube.apply(aRoom('opening', {}, 'events'));
    await product.kube.run(['-n', 'events', 'wait', '--for=condition=Ready', 'liveroom/opening', '--timeout=30s']);
    await product.kube.run(['delete', 'namespace', 'events', '--wait=false']);
    await eventually('the namespace is gone', async () => !(await product.kube.get('namespace', 'events')), 60_000);
  });
});
