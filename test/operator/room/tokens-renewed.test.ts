import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import type { Pod } from '#operator/kube.ts';
import { settleTokens } from '#operator/room/tokens.ts';
import { doubtedMs } from '#operator/room/tokens-seen.ts';
import { aCondition, aPod, storedRoom } from '../objects.ts';
import { standInSecrets } from './stand-in-secrets.ts';

const accepted = aCondition('Accepted', 'True', 'Accepted');

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
  const all = standInSecrets(pods());
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
  const { there, asked, dependencies } = standInSecrets(pods());
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
  const { asked, dependencies } = standInSecrets();
  const room = storedRoom({}, { conditions: [accepted] });
  const metadata = { ...room.metadata, annotations: { [annotation.renewTokens]: 'today' } };
  await settleTokens({ ...room, metadata }, dependencies);
  assert.deepEqual(asked, ['read keynote-tokens', 'create keynote-tokens']);
});
