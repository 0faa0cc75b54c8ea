import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { nodeAddress } from '#test/harness/node-in-name.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { placed } from '#test/harness/placed.ts';
import { aRoom } from '#test/harness/room.ts';

/** What becomes of rooms. The tests say what a kubelet would. */

describe('the operator', () => {
  let on: OperatedCluster;
  before(async () => {
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  test('makes a room Ready, and tells its pod where clients reach it', async () => {
    await on.start();
    const at = await on.namespace('ready');
    await on.kube.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'media' },
      value: 7,
    });
    await on.kube.apply(aRoom('keynote', { pod: placed }, at));
    await on.runOrigin(at);
    assert.match(await on.says('keynote', at, 'Ready=True/Ready'), /publisher and viewers/);
    const { status } = (await on.room('keynote', at)) ?? {};
    const [pod] = await on.pods(at);
    const { labels, annotations, ...place } = placed;
    assert.partialDeepStrictEqual(pod, { metadata: { labels, annotations }, spec: place });
    assert.deepEqual(status?.origin, {
      podName: pod?.metadata.name,
      nodeName: 'node-1',
      address: nodeAddress,
      mediaPort: 7000,
      ready: true,
    });
    for (const name of [annotation.mediaAddress, annotation.mediaAddresses])
      assert.equal(pod?.metadata.annotations?.[name], `${nodeAddress}:7000`);
    assert.equal(status?.whipURL, 'http://keynote.ready.svc/ready/keynote/whip');
  });

  test('keeps two rooms of one node on two ports', async () => {
    await on.start();
    const at = await on.namespace('ports');
    for (const name of ['one', 'two', 'three']) await on.kube.apply(aRoom(name, {}, at));
    const found = await eventually('three pods', async () => {
      const all = await on.staying(at);
      return all.length === 3 && all;
    });
    const ports = found.flatMap(({ spec }) => spec.containers[0]?.ports?.map(({ hostPort }) => hostPort) ?? []);
    assert.deepEqual(ports.filter((port) => port !== undefined).toSorted(), [7000, 7001, 7002]);
  });

  test('writes nothing about settled rooms, also when it starts anew', async () => {
    const first = await on.start();
    const at = await on.namespace('settled');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await on.says('keynote', at, 'Progressing=False/RolloutComplete');
    await first.stop();
    const second = await on.start();
    await eventually('room and namespace were reconciled', async () => {
      const text = await second.metrics();
      return /controller="liveroom",result="success"\} [1-9]/.test(text) && /controller="namespace"/.test(text);
    });
    // A change that means nothing makes it look again.
    await on.kube.run(['annotate', 'configmap', 'keynote', '-n', at, 'somebody=else']);
    await eventually('it looked again', async () =>
      /controller="liveroom",result="success"\} ([2-9]|\d\d)/.test(await second.metrics()),
    );
    assert.deepEqual(second.writes, []);
  });

  test('does not mind a room that is deleted and made anew at once', async () => {
    await on.start();
    const at = await on.namespace('anew');
    await on.kube.apply(aRoom('keynote', {}, at));
    const old = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    const tokens = () => on.kube.get<{ data: object }>('secret', 'keynote-tokens', '-n', at);
    const before = await tokens();
    await on.kube.run(['delete', 'liveroom', 'keynote', '-n', at]);
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at);
    assert.notEqual(pod.metadata.name, old.metadata.name);
    await on.says('keynote', at, 'Ready=True/Ready');
    assert.notDeepEqual((await tokens())?.data, before?.data);
    const room = await on.room('keynote', at);
    for (const kind of ['service', 'configmap', 'secret']) {
      const name = kind === 'secret' ? 'keynote-tokens' : 'keynote';
      const object = await on.kube.get<KubeObject>(kind, name, '-n', at);
      assert.equal(object?.metadata.ownerReferences?.[0]?.uid, room?.metadata.uid, kind);
    }
  });

  test('brings back what somebody changed or deleted', async () => {
    await on.start();
    const at = await on.namespace('repair');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await on.kube.run([
      'patch',
      'service',
      'keynote',
      '-n',
      at,
      '-p',
      '{"spec":{"selector":{"liveroom.dev/room":"other"}}}',
    ]);
    await on.kube.run(['delete', 'configmap', 'keynote', '-n', at]);
    await eventually('both are as they were', async () => {
      const service = await on.kube.get<{ spec: { selector: Record<string, string> } }>('service', 'keynote', '-n', at);
      const isBack = service?.spec.selector['liveroom.dev/room'] === 'keynote';
      return isBack && (await on.kube.get('configmap', 'keynote', '-n', at)) !== undefined;
    });
  });

  test('replaces a pod that was deleted', async () => {
    await on.start();
    const at = await on.namespace('lost');
    await on.kube.apply(aRoom('keynote', {}, at));
    const lost = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await on.kube.run(['delete', 'pod', lost.metadata.name, '-n', at, '--force', '--grace-period=0']);
    // Nobody has run the next one yet.
    await on.says('keynote', at, 'Ready=False/PodPending');
    const next = await on.runOrigin(at);
    assert.notEqual(next.metadata.uid, lost.metadata.uid);
    await on.says('keynote', at, 'Ready=True/Ready');
  });

  test('carries an edited setting into the running pod: the file first, then the annotation', async () => {
    const { writes } = await on.start();
    const at = await on.namespace('edited');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at, { publisher: { since: '2026-11-01T12:00:00Z', sendsMedia: true } });
    await on.says('keynote', at, 'Publishing=True/Publishing');
    const begin = writes.length;
    await on.kube.apply(aRoom('keynote', { play: { maxSubscribers: 7 } }, at));
    await eventually('the pod is told', async () => {
      const [now] = await on.staying(at);
      const key = annotation.settingsHash;
      return (
        now?.metadata.uid === pod.metadata.uid && now?.metadata.annotations?.[key] !== pod.metadata.annotations?.[key]
      );
    });
    const file = await on.kube.get<{ data: Record<string, string> }>('configmap', 'keynote', '-n', at);
    assert.match(file?.data['rooms.yaml'] ?? '', /maxSubscribers: 7/);
    assert.deepEqual(writes.slice(begin, begin + 2), [
      `PATCH /api/v1/namespaces/${at}/configmaps/keynote`,
      `PATCH /api/v1/namespaces/${at}/pods/${pod.metadata.name}`,
    ]);
  });

  test('tells the running pod of an edited setting only once the file has it', async () => {
    await on.start();
    const at = await on.namespace('refused');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at, { publisher: { since: '2026-11-01T12:00:00Z', sendsMedia: true } });
    await on.says('keynote', at, 'Publishing=True/Publishing');
    const told = async () => (await on.staying(at))[0]?.metadata.annotations?.[annotation.settingsHash];
    const publish = { auth: { secretRef: { name: 'mine', key: 'token' } }, reconnectGrace: '20s' };
    await on.kube.apply(aRoom('keynote', { publish }, at));
    await on.says('keynote', at, 'Accepted=False/InvalidSecretRef');
    assert.equal(await told(), pod.metadata.annotations?.[annotation.settingsHash]);
    await on.kube.run(['create', 'secret', 'generic', 'mine', '-n', at, '--from-literal=token=abc']);
    // Others' Secrets are looked at every ten seconds, and with the room.
    await on.kube.run(['annotate', 'liveroom', 'keynote', '-n', at, 'liveroom.dev/look-again=now']);
    await on.says('keynote', at, 'Accepted=True/Accepted');
    await eventually('the pod is told', async () => {
      const now = await told();
      return now !== undefined && now !== pod.metadata.annotations?.[annotation.settingsHash];
    });
    const file = await on.kube.get<{ data: Record<string, string> }>('configmap', 'keynote', '-n', at);
    assert.match(file?.data['rooms.yaml'] ?? '', /reconnectGraceMs: 20000/);
  });

  test('replaces a changed pod when its publisher has gone, and lets it drain', async () => {
    await on.start();
    const at = await on.namespace('rollout');
    await on.kube.apply(aRoom('keynote', {}, at));
    const old = await on.runOrigin(at, { publisher: { since: '2026-11-01T12:00:00Z', sendsMedia: true } });
    await on.says('keynote', at, 'Publishing=True/Publishing');
    await on.kube.apply(aRoom('keynote', { pod: { image: 'liveroom.dev/sfu:next' }, drain: { timeout: '1m' } }, at));
    await on.says('keynote', at, 'Progressing=False/WaitingForIdle');
    assert.deepEqual(
      (await on.staying(at)).map(({ metadata }) => metadata.uid),
      [old.metadata.uid],
    );
    on.stats.set(old.metadata.name, { version: '0.1.0', draining: false, rooms: [] });
    const next = await on.runOrigin(at);
    assert.notEqual(next.metadata.name, old.metadata.name);
    assert.equal(next.spec.containers[0]?.image, 'liveroom.dev/sfu:next');
    const draining = await eventually('the old pod drains', async () => {
      const found = (await on.pods(at)).find(({ metadata }) => metadata.uid === old.metadata.uid);
      return found?.metadata.deletionTimestamp !== undefined && found;
    });
    // The time that the room has now, not that of the pod's birth: 1 m and 30 s to close.
    assert.equal(draining.metadata.deletionGracePeriodSeconds, 90);
    await on.says('keynote', at, 'Progressing=False/RolloutComplete');
  });

  test('closes a deleted room quickly, also when garbage collection was first', async () => {
    const first = await on.start();
    const at = await on.namespace('closed');
    for (const name of ['present', 'away']) await on.kube.apply(aRoom(name, {}, at));
    await on.runOrigin(at);
    await on.runOrigin(at);
    const grace = async (name: string) =>
      (await on.pods(at)).find(({ metadata }) => metadata.labels?.['liveroom.dev/room'] === name)?.metadata
        .deletionGracePeriodSeconds;
    await on.kube.run(['delete', 'liveroom', 'present', '-n', at]);
    await eventually('10 s', async () => (await grace('present')) === 10);
    await first.stop();
    await on.kube.run(['delete', 'liveroom', 'away', '-n', at]);
    await eventually('the collector took the long way', async () => (await grace('away')) === 570);
    await on.start();
    await eventually('10 s again', async () => (await grace('away')) === 10);
  });
});
