import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { RoomGone } from '#operator/cluster/client/rooms-now.ts';
import { NameTaken } from '#operator/cluster/client/writes.ts';
import type { Audience } from '#operator/decide/seen.ts';
import type { KubeObject, Pod, Secret } from '#operator/kube.ts';
import { settleTokens, type TokenDependencies } from '#operator/room/tokens.ts';
import { believedMs, doubtedMs, tokensSeen } from '#operator/room/tokens-seen.ts';
import { aCondition, aPod, storedRoom } from '../objects.ts';

/** A cluster of Secrets that notes what is asked of it, and a clock. */
function secrets(pods: readonly KubeObject[] = []) {
  const there = new Map<string, Secret>();
  const asked: string[] = [];
  const clock = { ms: 0 };
  /** Those that there are, by the API server itself. */
  const rooms = [storedRoom()];
  /** What each pod says that it lacks, by its name. */
  const lacks = new Map<string, readonly ('publish' | 'play')[]>();
  const stored = (secret: Secret & { readonly stringData?: Readonly<Record<string, string>> }): Secret => ({
    ...secret,
    data: { ...secret.data, ...secret.stringData },
  });
  const cluster = {
    read: async ({ metadata: { name } }: KubeObject) => {
      asked.push(`read ${name}`);
      return there.get(name);
    },
    create: async (object: Secret, isOurs: (existing: KubeObject) => boolean) => {
      const { name } = object.metadata;
      asked.push(`create ${name}`);
      const existing = there.get(name);
      if (existing !== undefined && !isOurs(existing)) throw new NameTaken(object);
      if (existing === undefined) there.set(name, stored(object));
      return there.get(name);
    },
    remove: async ({ metadata: { name } }: KubeObject) => {
      asked.push(`remove ${name}`);
      there.delete(name);
    },
    addToSecret: async (secret: Secret, stringData: Readonly<Record<string, string>>) => {
      asked.push(`add ${Object.keys(stringData).join()}`);
      const changed = stored({ ...secret, ...{ stringData } } as Secret);
      there.set(secret.metadata.name, changed);
      return changed;
    },
    podsOf: () => pods,
    roomsNow: async () => {
      asked.push('rooms');
      return rooms;
    },
    mark: async (pod: KubeObject) => asked.push(`mark ${pod.metadata.name}`),
  };
  const audience = (pod: Pod | undefined, { metadata: { name, namespace } }: LiveRoom): Audience => ({
    room: { name, namespace, subscribers: 0, tokensMissing: lacks.get(pod?.metadata.name ?? '') ?? [] },
  });
  let made = 0;
  const dependencies = {
    cluster: cluster as unknown as TokenDependencies['cluster'],
    newToken: () => `token-${made++}`,
    tokensSeen: tokensSeen(() => clock.ms),
    audience,
  };
  return { there, asked, clock, lacks, rooms, dependencies };
}

const accepted = aCondition('Accepted', 'True', 'Accepted');

test('a new room costs one request for its tokens, and none until they are looked at again', async () => {
  const { asked, clock, dependencies } = secrets();
  assert.equal(await settleTokens(storedRoom(), dependencies), undefined);
  assert.equal(await settleTokens(storedRoom(), dependencies), undefined);
  assert.deepEqual(asked, ['create keynote-tokens']);
  clock.ms += believedMs;
  await settleTokens(storedRoom({}, { conditions: [accepted] }), dependencies);
  assert.deepEqual(asked.slice(1), ['read keynote-tokens']);
});

test('an operator that has just started believes what the status says of this generation, and of no other', async () => {
  const { asked, dependencies } = secrets();
  await settleTokens(storedRoom({}, { conditions: [accepted] }), dependencies);
  assert.deepEqual(asked, []);
  const edited = storedRoom({}, { conditions: [accepted] });
  await settleTokens({ ...edited, metadata: { ...edited.metadata, generation: 4 } }, dependencies);
  assert.deepEqual(asked, ['read keynote-tokens', 'create keynote-tokens']);
});

test('a key that somebody took out of the Secret is made anew at the next look', async () => {
  const { there, asked, clock, dependencies } = secrets();
  await settleTokens(storedRoom(), dependencies);
  const secret = there.get('keynote-tokens');
  assert.ok(secret);
  there.set('keynote-tokens', { ...secret, data: { play: 'kept' } });
  clock.ms += believedMs;
  await settleTokens(storedRoom({}, { conditions: [accepted] }), dependencies);
  assert.deepEqual(asked.slice(1), ['read keynote-tokens', 'add publish']);
  assert.equal(there.get('keynote-tokens')?.data?.['play'], 'kept');
});

/** Pods of the room: one that stays and one that goes, and one that has its labels and another owner. */
function pods(): Pod[] {
  const owner = { apiVersion: 'liveroom.dev/v1alpha1', kind: 'LiveRoom', name: 'keynote', controller: true };
  const ownerReferences = [{ ...owner, uid: storedRoom().metadata.uid }];
  const own = [aPod('stays'), aPod('goes', { isDeleted: true })].map((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, ownerReferences },
  }));
  return [...own, aPod('strange')];
}

/** A room that was accepted and has pods, after somebody has deleted its key `publish`. */
async function withoutPublish() {
  const all = secrets(pods());
  await settleTokens(storedRoom({}, { conditions: [accepted] }), all.dependencies);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keynote-tokens', namespace: 'events' } };
  const { ownerReferences = [] } = pods()[0]?.metadata ?? assert.fail();
  all.there.set('keynote-tokens', {
    ...secret,
    metadata: { ...secret.metadata, ownerReferences },
    data: { play: 'kept' },
  });
  return { ...all, look: () => settleTokens(storedRoom({}, { conditions: [accepted] }), all.dependencies) };
}

test('a token that a pod has lost is made anew at once, and shown to the pods that stay', async () => {
  const { asked, there, lacks, look } = await withoutPublish();
  await look();
  assert.deepEqual(asked, []);
  lacks.set('stays', ['publish']);
  await look();
  assert.deepEqual(asked.splice(0), ['read keynote-tokens', 'add publish', 'mark stays']);
  assert.equal(there.get('keynote-tokens')?.data?.['play'], 'kept');
  // Its kubelet needs a moment.
  await look();
  lacks.clear();
  await look();
  assert.deepEqual(asked, []);
  lacks.set('stays', ['play']);
  there.delete('keynote-tokens');
  await look();
  assert.deepEqual(asked, ['read keynote-tokens', 'create keynote-tokens', 'mark stays']);
});

test('a pod that goes on lacking a token is believed once a minute, and one that is being deleted never', async () => {
  const { asked, clock, lacks, look } = await withoutPublish();
  lacks.set('goes', ['publish']).set('strange', ['publish']);
  await look();
  assert.deepEqual(asked, []);
  lacks.set('stays', ['publish']);
  await look();
  clock.ms += doubtedMs;
  await look();
  const both = ['read keynote-tokens', 'add publish', 'mark stays', 'read keynote-tokens', 'mark stays'];
  assert.deepEqual(asked, both);
});

test('who renews tokens by hand has them made at once, and shown to the pods that stay', async () => {
  const { there, asked, dependencies } = secrets(pods());
  await settleTokens(storedRoom(), dependencies);
  const secret = there.get('keynote-tokens');
  assert.ok(secret);
  there.set('keynote-tokens', { ...secret, data: { play: 'kept' } });
  asked.splice(0);
  const room = storedRoom({}, { conditions: [accepted] });
  const renewed = { ...room, metadata: { ...room.metadata, annotations: { [annotation.renewTokens]: 'today' } } };
  await settleTokens(renewed, dependencies);
  await settleTokens(renewed, dependencies);
  assert.deepEqual(asked, ['read keynote-tokens', 'add publish', 'mark stays']);
});

test('tokens that were to be renewed while no operator ran are renewed by the next', async () => {
  const { asked, dependencies } = secrets();
  const room = storedRoom({}, { conditions: [accepted] });
  const metadata = { ...room.metadata, annotations: { [annotation.renewTokens]: 'today' } };
  await settleTokens({ ...room, metadata }, dependencies);
  assert.deepEqual(asked, ['read keynote-tokens', 'create keynote-tokens']);
});

test('the Secret of an earlier room of the name is replaced, and a stranger is left alone', async () => {
  const { there, asked, dependencies } = secrets();
  const owner = {
    apiVersion: 'liveroom.dev/v1alpha1',
    kind: 'LiveRoom',
    name: 'keynote',
    uid: 'former',
    controller: true,
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keynote-tokens', namespace: 'events' } };
  there.set('keynote-tokens', { ...secret, metadata: { ...secret.metadata, ownerReferences: [owner] } });
  assert.equal(await settleTokens(storedRoom(), dependencies), undefined);
  const steps = ['create', 'read', 'rooms', 'remove', 'create'];
  assert.deepEqual(
    asked.map((one) => one.split(' ')[0]),
    steps,
  );

  const others = secrets();
  others.there.set('keynote-tokens', secret);
  const finding = await settleTokens(storedRoom(), others.dependencies);
  assert.equal(finding?.reason, 'NameConflict');
  assert.deepEqual(others.there.get('keynote-tokens'), secret);
});

test('the Secret of a later room of the name, of which the watch has yet to tell, is left alone', async () => {
  const { there, rooms, dependencies } = secrets();
  await settleTokens(storedRoom(), dependencies);
  const secret = there.get('keynote-tokens');
  const former = { ...storedRoom(), metadata: { ...storedRoom().metadata, uid: 'former' } };
  await assert.rejects(settleTokens(former, dependencies), RoomGone);
  rooms.pop();
  await assert.rejects(settleTokens(former, dependencies), RoomGone);
  assert.equal(there.get('keynote-tokens'), secret);
});

test('what could not be made is no reason to believe that it is there', async () => {
  const { asked, dependencies } = secrets();
  const refusing = { ...dependencies.cluster, create: () => Promise.reject(new ApiError(500, {})) };
  await assert.rejects(settleTokens(storedRoom(), { ...dependencies, cluster: refusing }));
  await settleTokens(storedRoom(), dependencies);
  assert.deepEqual(asked, ['create keynote-tokens']);
});
