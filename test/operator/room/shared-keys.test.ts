import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysSecret } from '#operator/build/shared-keys.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { Cluster } from '#operator/cluster/cluster.ts';
import type { Secret } from '#operator/kube.ts';
import { type SharedKeysOptions, sharedKeys } from '#operator/room/shared-keys.ts';
import { standInSecrets } from './stand-in-secrets.ts';

const name = 'live-sfu-keys';

function scene(given: Partial<Cluster> = {}) {
  const { there, asked, clock, dependencies } = standInSecrets();
  const cluster = { ...dependencies.cluster, ...given } as SharedKeysOptions['cluster'];
  const keys = sharedKeys({ cluster, newToken: dependencies.newToken, now: () => clock.ms });
  return { there, asked, clock, keys, value: () => there.get(name)?.data?.['sessions'] };
}

test('the first room of a namespace has them made, and then they are believed to be there', async () => {
  const { asked, keys, clock, value } = scene();
  assert.deepEqual(await keys.settle('events'), []);
  await keys.settle('events');
  assert.deepEqual([asked, value()], [[`read ${name}`, `create ${name}`], 'token-0']);
  clock.ms = 600_000;
  await keys.settle('events');
  assert.deepEqual([asked.slice(2), value()], [[`read ${name}`], 'token-0']);
});

test('an operator that starts anew finds them, and replaces nothing; what is missing is added', async () => {
  const { there, asked, keys } = scene();
  there.set(name, { ...keysSecret('events', {}), data: { others: 'kept' } } as Secret);
  await keys.settle('events');
  assert.deepEqual(asked, [`read ${name}`, 'add sessions']);
  assert.deepEqual(there.get(name)?.data, { others: 'kept', sessions: 'token-0' });
});

test('a stranger’s Secret of the name is left alone, and told of', async () => {
  const { there, keys } = scene();
  const strangers = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'events' }, data: {} };
  there.set(name, strangers);
  const [problem] = await keys.settle('events');
  assert.deepEqual([problem?.kind, problem?.reason], ['Secret', 'NameConflict']);
  assert.match(problem?.message ?? '', /Secret events\/live-sfu-keys exists and is not LiveRoom's/);
  assert.deepEqual([await keys.clear('events'), there.get(name)], [[], strangers]);
});

test('they go with the last room, and what may not be made or removed is told of', async () => {
  const { there, asked, keys } = scene();
  await keys.settle('events');
  assert.deepEqual([await keys.clear('events'), there.size], [[], 0]);
  await keys.settle('events');
  assert.equal(asked.at(-1), `create ${name}`);
  const quota = new ApiError(403, { message: 'exceeded quota: secrets' });
  const refused = async () => Promise.reject(quota);
  const [unmade] = await scene({ create: refused }).keys.settle('events');
  assert.match(unmade?.message ?? '', /exceeded quota/);
  const [kept] = await scene({ read: refused }).keys.clear('events');
  assert.equal(kept?.isLeftover, true);
});
