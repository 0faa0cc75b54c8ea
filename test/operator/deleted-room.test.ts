import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kind } from '#crds/liveroom.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import type { KubeObject } from '#operator/kube.ts';
import type { LogFields } from '#operator/log.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { writeReport } from '#operator/room/report.ts';
import { rollouts } from '#operator/room/rollouts.ts';
import { aPod, storedRoom } from './objects.ts';
import { roomDependencies } from './room-dependencies.ts';
import { standInCluster } from './stand-in-cluster.ts';

const room = storedRoom();
const key = roomKey(room);
const pod = aPod('a');
const ofTheRoom = { apiVersion: room.apiVersion, kind, name: room.metadata.name, uid: 'gone', controller: true };
const left = { ...pod, metadata: { ...pod.metadata, ownerReferences: [ofTheRoom] } };
const forbidden = (verb: string, resource: string) => async () => {
  throw new ApiError(403, { message: `User "operator" cannot ${verb} resource "${resource}" in API group ""` });
};

test('what a deleted room has left and may not be removed is told of and left, and the room is forgotten', async () => {
  const turns: string[] = [];
  const told: string[] = [];
  const all = rollouts({ maxConcurrent: 1, onTurn: (next) => turns.push(next) });
  all.note(key, { rollout: 'Replacing', isSurge: true, specHash: 'new' }, 0);
  all.note('events/other', { rollout: 'WaitingForTurn', isSurge: false, specHash: 'new' }, 0);
  const cluster = standInCluster({
    room: () => undefined,
    podsOf: () => [left],
    remove: forbidden('delete', 'pods'),
    read: forbidden('get', 'secrets'),
  });
  const log = { warn: (_: string, { error }: LogFields = {}) => void told.push(String(error)) };
  const dependencies = roomDependencies(cluster, { rollouts: all, log });
  assert.deepEqual(await reconcileRoom(key, dependencies), { kind: 'done' });
  assert.deepEqual(turns, ['events/other']);
  assert.deepEqual(
    told.map((error) => / cannot .* resource "\w+"/.exec(error)?.[0]),
    [' cannot delete resource "pods"', ' cannot get resource "secrets"'],
  );
});

test('what a deleted room has left is tried again where the API server fails', async () => {
  const read = async () => {
    throw new ApiError(500, { message: 'etcd is away' });
  };
  const cluster = standInCluster({ room: () => undefined, read });
  await assert.rejects(reconcileRoom(key, roomDependencies(cluster)), /etcd is away/);
});

test('a room that is deleted while it is looked at is no failure, and nobody is told how it was', async () => {
  const told: KubeObject[] = [];
  const cluster = standInCluster({
    async writeStatus() {
      throw new ApiError(404, { message: 'liverooms.liveroom.dev "keynote" not found' });
    },
  });
  const dependencies = roomDependencies(cluster, { tell: async (object) => void told.push(object) });
  const rejection = { reason: 'NameConflict', message: 'x' } as const;
  const result = {
    origin: undefined,
    refusal: undefined,
    rejection,
    rollout: 'Replacing',
    mediaAddress: undefined,
  } as const;
  assert.equal(await writeReport(room, { ...result, endpointProblem: undefined }, dependencies), undefined);
  assert.deepEqual(told, []);
});
