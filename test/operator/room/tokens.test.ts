import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { RoomGone } from '#operator/cluster/client/rooms-now.ts';
import { settleTokens } from '#operator/room/tokens.ts';
import { believedMs } from '#operator/room/tokens-seen.ts';
import { aCondition, storedRoom } from '../objects.ts';
import { standInSecrets } from './stand-in-secrets.ts';

const accepted = aCondition('Accepted', 'True', 'Accepted');

test('a new room costs one request for its tokens, and none until they are looked at again', async () => {
  const { asked, clock, dependencies } = standInSecrets();
  assert.equal(await settleTokens(storedRoom(), dependencies), undefined);
  assert.equal(await settleTokens(storedRoom(), dependencies), undefined);
  assert.deepEqual(asked, ['create keynote-tokens']);
  clock.ms += believedMs;
  await settleTokens(storedRoom({}, { conditions: [accepted] }), dependencies);
  assert.deepEqual(asked.slice(1), ['read keynote-tokens']);
});

test('a room whose status has yet to be written has its Secret looked for, and not made once more', async () => {
  const { there, asked, clock, dependencies } = standInSecrets();
  const look = () => settleTokens(storedRoom(), dependencies);
  await look();
  clock.ms += believedMs;
  await look();
  assert.deepEqual(asked.splice(0), ['create keynote-tokens', 'read keynote-tokens']);
  there.delete('keynote-tokens');
  clock.ms += believedMs;
  await look();
  assert.deepEqual(asked.splice(0), ['read keynote-tokens', 'create keynote-tokens']);
  there.set('keynote-tokens', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keynote-tokens' } });
  clock.ms += believedMs;
  assert.equal((await look())?.reason, 'NameConflict');
  assert.deepEqual(asked, ['read keynote-tokens']);
});

test('a stranger that has the name is met by trying once, and then looked at', async () => {
  const { there, asked, dependencies } = standInSecrets();
  there.set('keynote-tokens', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keynote-tokens' } });
  for (let i = 0; i < 2; i++) assert.equal((await settleTokens(storedRoom(), dependencies))?.reason, 'NameConflict');
  assert.deepEqual(asked, ['create keynote-tokens', 'read keynote-tokens', 'read keynote-tokens']);
});

test('a room made anew is a new one, whatever is remembered of the former', async () => {
  const { asked, rooms, dependencies } = standInSecrets();
  await settleTokens(storedRoom(), dependencies);
  const later = { ...storedRoom(), metadata: { ...storedRoom().metadata, uid: 'later' } };
  rooms.splice(0, 1, later);
  await settleTokens(later, dependencies);
  const steps = ['create', 'create', 'read', 'rooms', 'remove', 'create'];
  assert.deepEqual(
    asked.map((one) => one.split(' ')[0]),
    steps,
  );
});

test('an operator that has just started believes what the status says of this generation, and of no other', async () => {
  const { asked, dependencies } = standInSecrets();
  await settleTokens(storedRoom({}, { conditions: [accepted] }), dependencies);
  assert.deepEqual(asked, []);
  const edited = storedRoom({}, { conditions: [accepted] });
  await settleTokens({ ...edited, metadata: { ...edited.metadata, generation: 4 } }, dependencies);
  assert.deepEqual(asked, ['read keynote-tokens', 'create keynote-tokens']);
});

test('a key that somebody took out of the Secret is made anew at the next look', async () => {
  const { there, asked, clock, dependencies } = standInSecrets();
  await settleTokens(storedRoom(), dependencies);
  const secret = there.get('keynote-tokens');
  assert.ok(secret);
  there.set('keynote-tokens', { ...secret, data: { play: 'kept' } });
  clock.ms += believedMs;
  await settleTokens(storedRoom({}, { conditions: [accepted] }), dependencies);
  assert.deepEqual(asked.slice(1), ['read keynote-tokens', 'add publish']);
  assert.equal(there.get('keynote-tokens')?.data?.['play'], 'kept');
});

test('the Secret of an earlier room of the name is replaced, and a stranger is left alone', async () => {
  const { there, asked, dependencies } = standInSecrets();
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

  const others = standInSecrets();
  others.there.set('keynote-tokens', secret);
  const finding = await settleTokens(storedRoom(), others.dependencies);
  assert.equal(finding?.reason, 'NameConflict');
  assert.deepEqual(others.there.get('keynote-tokens'), secret);
});

test('the Secret of a later room of the name, of which the watch has yet to tell, is left alone', async () => {
  const { there, rooms, dependencies } = standInSecrets();
  await settleTokens(storedRoom(), dependencies);
  const secret = there.get('keynote-tokens');
  const former = { ...storedRoom(), metadata: { ...storedRoom().metadata, uid: 'former' } };
  await assert.rejects(settleTokens(former, dependencies), RoomGone);
  rooms.pop();
  await assert.rejects(settleTokens(former, dependencies), RoomGone);
  assert.equal(there.get('keynote-tokens'), secret);
});

test('what could not be made is no reason to believe that it is there', async () => {
  const { asked, dependencies } = standInSecrets();
  const refusing = { ...dependencies.cluster, create: () => Promise.reject(new ApiError(500, {})) };
  await assert.rejects(settleTokens(storedRoom(), { ...dependencies, cluster: refusing }));
  await settleTokens(storedRoom(), dependencies);
  assert.deepEqual(asked, ['create keynote-tokens']);
});
