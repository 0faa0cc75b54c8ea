import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokensSecretName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { ownerReference, roomMeta } from '#operator/build/labels.ts';
import { RoomGone } from '#operator/cluster/client/rooms-now.ts';
import { roomKey } from '#operator/cluster/keys.ts';
import type { KubeObject } from '#operator/kube.ts';
import { reconcileRoom } from '#operator/reconcile-room.ts';
import { aPod, storedRoom } from '../objects.ts';
import { roomDependencies } from '../room-dependencies.ts';
import { standInCluster } from '../stand-in-cluster.ts';

const ours = storedRoom();
const key = roomKey(ours);
const former: LiveRoom = { ...ours, metadata: { ...ours.metadata, uid: 'former' } };

const podOf = (room: LiveRoom) => {
  const pod = aPod(`of-${room.metadata.uid}`);
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [ownerReference(room)] } };
};
const objectOf = (room: LiveRoom, kind: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: roomMeta(room, name),
});

interface Scene {
  /** What the watch of rooms has told, and what there is. */
  readonly seen: LiveRoom | undefined;
  readonly now: LiveRoom | undefined;
  /** What there is once the first question is answered. */
  readonly later?: LiveRoom | undefined;
  /** Whose pod, ConfigMap and Secret there are. */
  readonly left?: LiveRoom;
  /** Whose Secret there is, if it is another's. */
  readonly hasSecret?: LiveRoom | undefined;
  readonly isTerminating?: boolean;
}

/** Looks at the room once; what was removed, how often the rooms were asked for, and what it came to. */
async function look({ seen, now, later = now, left, hasSecret = left, isTerminating = false }: Scene) {
  const removed: string[] = [];
  let asked = 0;
  const cluster = standInCluster({
    room: () => seen,
    isTerminating: () => isTerminating,
    podsOf: () => (left ? [podOf(left)] : []),
    objectsOf: () => (left ? [objectOf(left, 'ConfigMap', 'keynote')] : []),
    read: async <T extends KubeObject>() =>
      hasSecret && (objectOf(hasSecret, 'Secret', tokensSecretName(hasSecret.metadata.name)) as T),
    async roomsNow(namespace, name) {
      assert.deepEqual([namespace, name], ['events', 'keynote']);
      const current = asked++ === 0 ? now : later;
      return current ? [current] : [];
    },
    async remove({ kind }, graceSeconds) {
      removed.push(graceSeconds === undefined ? kind : `${kind} in ${graceSeconds} s`);
    },
    create: () => Promise.reject(new Error('made anew')),
    apply: () => Promise.reject(new Error('made anew')),
  });
  const error = await reconcileRoom(key, roomDependencies(cluster, { newToken: () => 'x' })).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { removed, asked, error };
}

const everything = ['Pod in 10 s', 'ConfigMap', 'Secret'];

test('what a room has left that is gone goes, after one question for its objects and one for its tokens', async () => {
  assert.deepEqual(await look({ seen: undefined, now: undefined, left: former }), {
    removed: everything,
    asked: 2,
    error: undefined,
  });
});

test('the tokens of a room that was made meanwhile stay, though another operator looks after it', async () => {
  const { removed } = await look({ seen: undefined, now: undefined, later: ours, left: former, hasSecret: ours });
  assert.deepEqual(removed, ['Pod in 10 s', 'ConfigMap']);
});

test('nothing is asked where nothing is left', async () => {
  assert.deepEqual(await look({ seen: undefined, now: undefined }), { removed: [], asked: 0, error: undefined });
});

test('what belongs to a room that the watch has yet to tell of stays, whosever it is', async () => {
  const others = { ...ours, metadata: { ...ours.metadata, labels: { 'liveroom.dev/operator': 'canary' } } };
  for (const now of [ours, others])
    assert.deepEqual(await look({ seen: undefined, now, left: now }), { removed: [], asked: 2, error: undefined });
});

test('what an earlier room of the name has left goes, when the room is the one that there is', async () => {
  const { removed, asked } = await look({ seen: ours, now: ours, left: former });
  assert.deepEqual([removed.slice(0, 2), asked > 0], [everything.slice(0, 2), true]);
});

test('what a later room of the name has made stays, and nothing more is done for the one before', async () => {
  const { removed, error } = await look({ seen: former, now: ours, left: ours });
  assert.deepEqual(removed, []);
  assert.ok(error instanceof RoomGone);
});

test('nothing is asked in a namespace that is deleted: all of it goes', async () => {
  assert.deepEqual(await look({ seen: ours, now: ours, left: ours, isTerminating: true }), {
    removed: everything,
    asked: 0,
    error: undefined,
  });
});
