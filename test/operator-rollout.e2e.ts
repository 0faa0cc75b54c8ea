import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { annotation, label } from '#crds/contract.ts';
import type { Pod, Service } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { objectsOf010 } from '#test/harness/release-0.1.0.ts';
import { aRoom } from '#test/harness/room.ts';

/** How one pod takes the place of another, and when none may. The tests say what a kubelet would. */

const publisher = { since: '2026-11-01T12:00:00Z', sendsMedia: true };

describe('the operator', () => {
  let on: OperatedCluster;
  before(async () => {
    on = await operatedCluster('test/fixtures/0.1.0/liveroom.yaml');
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  const leadsTo = async (room: string, at: string) =>
    (await on.kube.get<Service>('service', room, '-n', at))?.spec.selector?.[label.pod];
  const named = async (name: string, at: string) =>
    (await on.pods(at)).find(({ metadata }) => metadata.name === name && metadata.deletionTimestamp === undefined);
  const condition = async (type: string, at: string, name = 'keynote') =>
    (await on.room(name, at))?.status?.conditions?.find((one) => one.type === type);
  /** The pod that is to take the place of `old`, once it is there. */
  const successorOf = (old: Pod, at: string) =>
    eventually('a successor', async () =>
      (await on.staying(at)).find(({ metadata }) => metadata.name !== old.metadata.name),
    );

  /** A room that works, whose pod nobody is on. */
  async function working(at: string, spec: object = {}): Promise<Pod> {
    await on.kube.apply(aRoom('keynote', spec, at));
    const pod = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    return pod;
  }

  test('takes over what 0.1.0 made, with its CRD, and no pod is made, deleted or replaced for it', async () => {
    const at = await on.namespace('events');
    await on.kube.apply(aRoom('veteran', {}, at));
    const { uid = '' } = (await on.room('veteran', at))?.metadata ?? {};
    for (const object of await objectsOf010(uid))
      await on.kube.run(['apply', '--server-side', '--field-manager=liveroom-operator', '-f', '-'], object);
    const veteran = await on.runOrigin(at, { publisher, subscribers: 3 });
    await on.kube.run(['apply', '--server-side', '-f', 'crds/liveroom.yaml']);
    const { writes } = await on.start();
    await on.says('veteran', at, 'Publishing=True/Publishing');
    await on.says('veteran', at, 'Progressing=False/RolloutComplete');
    await on.says('veteran', at, 'Ready=True/Ready');
    assert.deepEqual(
      (await on.pods(at)).map(({ metadata }) => [metadata.name, metadata.uid, metadata.deletionTimestamp]),
      [[veteran.metadata.name, veteran.metadata.uid, undefined]],
    );
    // It is told of its address and settings, no more. What pods share, for those to come, is made sooner or later.
    const keys = `POST /api/v1/namespaces/${at}/secrets`;
    assert.deepEqual(
      writes.filter((write) => !write.startsWith('PATCH ') && write !== keys),
      [],
    );
    assert.equal(await leadsTo('veteran', at), undefined);
    // Its first roll-out is like any other.
    on.stats.set(veteran.metadata.name, { version: '0.1.0', draining: false, rooms: [] });
    await on.kube.apply(aRoom('veteran', { pod: { image: 'liveroom.dev/sfu:next' } }, at));
    await eventually('the Service leads to the old pod alone', async () => {
      return (await leadsTo('veteran', at)) === veteran.metadata.name;
    });
    assert.equal((await named(veteran.metadata.name, at))?.metadata.labels?.[label.pod], veteran.metadata.name);
  });

  test('lets no image that cannot be had take a room down, and goes on with one that can', async () => {
    await on.start();
    const at = await on.namespace('wrong');
    const old = await working(at);
    const before = await condition('Ready', at);
    await on.kube.apply(aRoom('keynote', { pod: { image: 'liveroom.dev/sfu:wrong' } }, at));
    const wrong = await successorOf(old, at);
    assert.equal(await leadsTo('keynote', at), old.metadata.name);
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } };
    await on.report(wrong, { containerStatuses: [{ ...container, state }] });
    assert.match(
      await on.says('keynote', at, 'Progressing=False/RolloutStuck'),
      new RegExp(`Pod ${old.metadata.name} serves on.*cannot get image liveroom.dev/sfu:wrong`),
    );
    await on.kube.apply(aRoom('keynote', { pod: { image: 'liveroom.dev/sfu:right' } }, at));
    await eventually('the wrong one goes', async () => (await named(wrong.metadata.name, at)) === undefined);
    const right = await on.runOrigin(at);
    assert.equal(right.spec.containers[0]?.image, 'liveroom.dev/sfu:right');
    await on.says('keynote', at, 'Progressing=False/RolloutComplete');
    assert.equal(await named(old.metadata.name, at), undefined);
    await eventually(
      'the Service leads to all that there is',
      async () => (await leadsTo('keynote', at)) === undefined,
    );
    assert.equal((await on.room('keynote', at))?.status?.origin?.podName, right.metadata.name);
    // All the while it was Ready.
    assert.deepEqual(await condition('Ready', at), { ...before, observedGeneration: 3 });
  });

  test('waits for a publisher with the policy WhenIdle alone', async () => {
    await on.start();
    const at = await on.namespace('policy');
    await on.kube.apply(aRoom('keynote', {}, at));
    const old = await on.runOrigin(at, { publisher });
    await on.says('keynote', at, 'Publishing=True/Publishing');
    const pod = { image: 'liveroom.dev/sfu:next' };
    await on.kube.apply(aRoom('keynote', { pod }, at));
    await on.says('keynote', at, 'Progressing=False/WaitingForIdle');
    await on.kube.apply(aRoom('keynote', { pod, update: { policy: 'Immediate' } }, at));
    const next = await on.runOrigin(at);
    await eventually('the old pod drains', async () => (await named(old.metadata.name, at)) === undefined);
    await on.says('keynote', at, 'Progressing=False/RolloutComplete');
    assert.equal((await on.room('keynote', at))?.status?.origin?.podName, next.metadata.name);
  });

  test('spreads what another configuration changes: a room waits for its turn', async () => {
    const first = await on.start();
    const at = await on.namespace('spread');
    for (const name of ['one', 'two']) {
      await on.kube.apply(aRoom(name, {}, at));
      await on.runOrigin(at);
      await on.says(name, at, 'Ready=True/Ready');
    }
    await first.stop();
    await on.start({ config: { images: { sfu: 'liveroom.dev/sfu:next' }, rollouts: { maxConcurrent: 1 } } });
    const waiting = await eventually('one waits', async () => {
      const reasons = await Promise.all(['one', 'two'].map((name) => condition('Progressing', at, name)));
      const [one, two] = reasons.map((found) => found?.reason);
      if (one === 'RollingOut' && two === 'WaitingForTurn') return 'two';
      return one === 'WaitingForTurn' && two === 'RollingOut' && 'one';
    });
    assert.equal((await on.staying(at)).length, 3);
    const next = await on.runOrigin(at);
    assert.notEqual(next.metadata.labels?.[label.room], waiting);
    const then = await on.runOrigin(at);
    assert.equal(then.metadata.labels?.[label.room], waiting);
    for (const name of ['one', 'two']) await on.says(name, at, 'Progressing=False/RolloutComplete');
  });

  test('suspends a room: its pods go, its objects stay, and it comes back', async () => {
    await on.start();
    const at = await on.namespace('suspended');
    const pod = await working(at);
    const before = await on.room('keynote', at);
    await on.kube.apply(aRoom('keynote', { suspend: true }, at));
    await on.says('keynote', at, 'Ready=False/Suspended');
    await on.says('keynote', at, 'Progressing=False/Suspended');
    assert.equal(await named(pod.metadata.name, at), undefined);
    assert.equal((await on.room('keynote', at))?.status?.whipURL, before?.status?.whipURL);
    for (const object of ['service/keynote', 'configmap/keynote', 'secret/keynote-tokens'])
      assert.ok(await on.kube.get(object, '-n', at), object);
    await on.kube.apply(aRoom('keynote', { suspend: false }, at));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
  });

  test('does nothing about a paused room but say so', async () => {
    const { writes } = await on.start();
    const at = await on.namespace('paused');
    const pod = await working(at);
    await on.says('keynote', at, 'Progressing=False/RolloutComplete');
    await on.kube.run(['annotate', 'liveroom', 'keynote', '-n', at, `${annotation.reconcile}=Paused`]);
    await on.says('keynote', at, 'Progressing=False/Paused');
    const begin = writes.length;
    await on.kube.run(['delete', 'service', 'keynote', '-n', at]);
    await on.kube.apply({
      ...aRoom('keynote', { pod: { image: 'liveroom.dev/sfu:next' }, play: { maxSubscribers: 7 } }, at),
      metadata: { name: 'keynote', namespace: at, annotations: { [annotation.reconcile]: 'Paused' } },
    });
    await eventually('the edit is seen', async () => (await condition('Progressing', at))?.observedGeneration === 2);
    assert.match(await on.says('keynote', at, 'EndpointReady=False/NoReadyPod'), /no Service paused\/keynote/);
    const others = writes.slice(begin).filter((write) => !write.endsWith('/liverooms/keynote/status'));
    assert.deepEqual(others, []);
    assert.ok(await named(pod.metadata.name, at));
    await on.kube.run(['annotate', 'liveroom', 'keynote', '-n', at, `${annotation.reconcile}-`]);
    await eventually('the Service is back', () => on.kube.get('service', 'keynote', '-n', at));
    await successorOf(pod, at);
  });

  test('leaves a cordoned node in good time, a room at a time, and stays where it serves until it can', async () => {
    await on.start({ config: { rollouts: { maxConcurrent: 1 } } });
    const at = await on.namespace('cordoned');
    const pod = await working(at);
    await on.kube.run(['cordon', 'node-1']);
    try {
      assert.match(await on.says('keynote', at, 'Progressing=False/RolloutStuck'), /fits on no node/);
      assert.equal((await condition('Ready', at))?.status, 'True');
      await on.kube.run(['uncordon', 'node-1']);
      await on.says('keynote', at, 'Progressing=False/RolloutComplete');
      assert.ok(await named(pod.metadata.name, at));

      await on.kube.apply(aRoom('other', {}, at));
      await on.runOrigin(at);
      await on.says('other', at, 'Ready=True/Ready');
      await on.addNode('node-2');
      await on.kube.run(['cordon', 'node-1']);
      await eventually('one has begun and one waits', async () => {
        const said = await Promise.all(['keynote', 'other'].map((name) => condition('Progressing', at, name)));
        return said.some((one) => one?.reason === 'WaitingForTurn') && (await on.staying(at)).length === 3;
      });
      for (const turn of [1, 2]) assert.equal((await on.runOrigin(at)).spec.nodeName, 'node-2', `turn ${turn}`);
      await eventually('both rooms are there alone', async () => (await on.staying(at)).length === 2);
    } finally {
      await on.kube.run(['uncordon', 'node-1']);
      await on.kube.run(['delete', 'node', 'node-2', '--ignore-not-found']);
    }
  });

  test('tells of each crash, and gives up a pod whose server keeps crashing', async () => {
    const { metrics } = await on.start();
    const at = await on.namespace('crashing');
    const pod = await working(at);
    const crash = (restartCount: number) =>
      on.report(pod, {
        containerStatuses: [
          {
            ...container,
            ready: true,
            restartCount,
            state: { running: { startedAt: new Date().toISOString() } },
            lastState: { terminated: { exitCode: 139, reason: 'Error' } },
          },
        ],
      });
    await crash(1);
    const events = async () =>
      (await on.kube.get<{ items: { reason: string; message: string }[] }>('events', '-n', at))?.items ?? [];
    const told = await eventually('an Event', async () =>
      (await events()).find(({ reason }) => reason === 'ServerRestarted'),
    );
    assert.match(told.message, /ended with exit code 139 \(Error\) and is started anew in its place, restart 1/);
    assert.equal((await on.staying(at)).length, 1);
    await crash(3);
    const next = await successorOf(pod, at);
    assert.equal(next.metadata.annotations?.[annotation.crashLoops], '1');
    assert.match(
      await metrics(),
      new RegExp(`^liveroom_operator_server_restarts_total\\{namespace="${at}",room="keynote"\\} 3$`, 'm'),
    );
    await on.runOrigin(at);
    await eventually('the old one goes', async () => (await named(pod.metadata.name, at)) === undefined);
  });
});

/** A container's status as the API server asks for it. */
const container = { name: 'sfu', image: 'sfu', imageID: '', ready: false, restartCount: 0 };
