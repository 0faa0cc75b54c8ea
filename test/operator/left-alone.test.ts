import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { rollouts } from '#operator/room/rollouts.ts';
import { storedRoom } from './objects.ts';
import { roomDependencies } from './room-dependencies.ts';
import { standInCluster } from './stand-in-cluster.ts';

const room = storedRoom();
const paused = { ...room, metadata: { ...room.metadata, annotations: { [annotation.reconcile]: 'Paused' } } };

/** Reconciles the room, whose roll-out is under way while another's waits for it. Resolves to whose turn it is then. */
async function turnsAfter(found: LiveRoom, isOthers = false): Promise<readonly string[]> {
  const turns: string[] = [];
  const all = rollouts({ maxConcurrent: 1, onTurn: (key) => turns.push(key) });
  const key = roomKey(room);
  all.note(key, { rollout: 'Replacing', isSurge: true, specHash: 'new' }, 0);
  all.note('events/other', { rollout: 'WaitingForTurn', isSurge: false, specHash: 'new' }, 0);
  const cluster = standInCluster({
    isOthers: () => isOthers,
    room: () => found,
    writeStatus: async () => assert.equal(isOthers, false),
  });
  await reconcileRoom(key, roomDependencies(cluster, { rollouts: all }));
  return turns;
}

test('a room that is paused in the middle of its roll-out holds up no other', async () => {
  assert.deepEqual(await turnsAfter(paused), ['events/other']);
});

test('nor does one that another operator looks after from now on', async () => {
  assert.deepEqual(await turnsAfter(room, true), ['events/other']);
});
