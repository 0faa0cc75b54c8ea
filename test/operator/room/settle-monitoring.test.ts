import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoomStatus } from '#crds/liveroom.ts';
import { desiredMonitoring } from '#operator/build/desired.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { NameTaken } from '#operator/cluster/client/writes.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import type { Owner } from '#operator/errors.ts';
import type { KubeObject } from '#operator/kube.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { monitoring } from '#operator/room/monitoring.ts';
import { config, storedRoom } from '../objects.ts';
import { roomDependencies } from '../room-dependencies.ts';
import { standInCluster } from '../stand-in-cluster.ts';

const room = storedRoom({
  publish: { ...storedRoom().spec.publish, auth: { mode: 'None' } },
  play: { auth: { mode: 'None' }, maxSubscribers: 0 },
  network: { media: { mode: 'ClusterOnly' } },
  monitoring: { ...storedRoom().spec.monitoring, scope: 'Room' },
});
const busy = new ApiError(503, { message: 'etcd is busy' });

/** A cluster with that room, which takes everything but ServiceMonitors; what it was given is in `took`. */
function clusterWithoutMonitors() {
  const took: string[] = [];
  const statuses: LiveRoomStatus[] = [];
  const served = { ServiceMonitor: true, PrometheusRule: true };
  const take = async <T extends KubeObject>(object: T): Promise<T> => {
    if (object.kind === 'ServiceMonitor') throw busy;
    took.push(object.kind);
    return object;
  };
  const cluster = standInCluster({
    room: () => room,
    monitoringKinds: () => served,
    apply: take,
    create: take,
    async writeStatus(_room, status) {
      statuses.push(status);
    },
  });
  return { cluster, took, statuses, served };
}

test('an object that fails for a moment does not keep the next from being made, and is tried again', async () => {
  const { cluster, served, took } = clusterWithoutMonitors();
  const wanted = desiredMonitoring(room, config, served);
  const settling = monitoring({ cluster, tell: async () => {} });
  await assert.rejects(settling.settle(roomKey(room), wanted, { owner: 'Room', owned: [], isOurs: () => true }), busy);
  assert.deepEqual(took, ['PrometheusRule']);
});

test('a room says how it is also while its monitoring fails', async () => {
  const { cluster, took, statuses } = clusterWithoutMonitors();
  await assert.rejects(reconcileRoom(roomKey(room), roomDependencies(cluster)), busy);
  assert.ok(took.includes('Pod'));
  const accepted = statuses[0]?.conditions?.find(({ type }) => type === 'Accepted');
  assert.equal(accepted?.status, 'True');
});

/** What is said of a ServiceMonitor whose name a stranger has, and of one that somebody took away. */
async function saidOf(owner: Owner): Promise<readonly (string | undefined)[]> {
  const served = { ServiceMonitor: true, PrometheusRule: true };
  const [monitor = assert.fail()] = desiredMonitoring(room, config, served);
  const apply = () => Promise.reject(new NameTaken(monitor));
  const cluster = standInCluster({ apply, monitoringKinds: () => served });
  const settling = monitoring({ cluster, tell: async () => {} });
  const messages: (string | undefined)[] = [];
  for (const owned of [[], [monitor], []]) {
    await settling.settle('a', [monitor], { owner, owned, isOurs: () => true });
    messages.push(settling.problems('a')[0]?.message);
  }
  return messages;
}

test('what helps against a taken name, or a removal, is said by what its owner can do', async () => {
  const [taken, , removed] = await saidOf('Room');
  assert.match(taken ?? '', /^ServiceMonitor events\/keynote exists and does not belong to this room\. Rename one/);
  assert.match(removed ?? '', /change spec\.monitoring\.serviceMonitor to Disabled and back to Auto, or restart/);
  const [foreign, , gone] = await saidOf('Operator');
  assert.match(
    foreign ?? '',
    /exists and is not LiveRoom's, whose own can have no other name\. Rename it, or delete it\.$/,
  );
  assert.match(gone ?? '', /To have it back, restart the operator\.$/);
});
