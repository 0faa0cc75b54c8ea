import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import { desiredMonitoring } from '#operator/build/desired.ts';
import { ApiError } from '#operator/cluster/api-error.ts';
import type { Cluster } from '#operator/cluster/cluster.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import type { KubeObject } from '#operator/kube.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { monitoring } from '#operator/room/monitoring.ts';
import { rollouts } from '#operator/room/rollouts.ts';
import { config, storedRoom } from './objects.ts';
import { roomDependencies } from './room-dependencies.ts';

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
  const take = async (object: KubeObject) => {
    if (object.kind === 'ServiceMonitor') throw busy;
    took.push(object.kind);
    return object;
  };
  const cluster = {
    room: () => room,
    isOthers: () => false,
    isTerminating: () => false,
    podsOf: () => [],
    objectsOf: () => [],
    monitorsOf: () => [],
    routesOf: () => [],
    servesHTTPRoutes: () => false,
    monitoringKinds: () => served,
    monitoringVersions: () => ['monitoring.coreos.com/v1'],
    prometheuses: () => [],
    labelsOf: () => ({}),
    apply: take,
    create: take,
    async writeStatus(_room: LiveRoom, status: LiveRoomStatus) {
      statuses.push(status);
    },
  } as unknown as Cluster;
  return { cluster, took, statuses, served, settling: monitoring({ cluster, tell: async () => {} }) };
}

test('an object that fails for a moment does not keep the next from being made, and is tried again', async () => {
  const { served, took, settling } = clusterWithoutMonitors();
  const wanted = desiredMonitoring(room, config, served);
  await assert.rejects(settling.settle(roomKey(room), wanted, { owned: [], isOurs: () => true }), busy);
  assert.deepEqual(took, ['PrometheusRule']);
});

test('a room says how it is also while its monitoring fails', async () => {
  const { cluster, took, statuses, settling } = clusterWithoutMonitors();
  const reconciled = reconcileRoom(
    roomKey(room),
    roomDependencies({
      cluster,
      config,
      monitoring: settling,
      rollouts: rollouts({ maxConcurrent: 1, onTurn: () => {} }),
    }),
  );
  await assert.rejects(reconciled, busy);
  assert.ok(took.includes('Pod'));
  const accepted = statuses[0]?.conditions?.find(({ type }) => type === 'Accepted');
  assert.equal(accepted?.status, 'True');
});
