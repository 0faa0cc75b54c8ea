import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** What is said of a room whose pod is taken away while people are on it. The tests say what a kubelet would. */

describe('the operator', () => {
  let on: OperatedCluster;
  before(async () => {
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  test('tells of those who are on a pod that drains', async () => {
    await on.start();
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
    await eventually('the publisher is said to be on the old pod', async () =>
      (await on.says('keynote', at, 'Publishing=True/Publishing')).includes(
        `on pod ${old.metadata.name}, which drains`,
      ),
    );
    await eventually('3 viewers', async () => (await on.room('keynote', at))?.status?.subscribers === 3);
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
