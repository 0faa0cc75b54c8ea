import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { cache } from '#operator/cluster/cache.ts';
import { kubeClient } from '#operator/cluster/client.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { anObject, event, flakyServer, list, watch } from './flaky-server.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A synced cache of a peer with one object `a` of version 5; `send` adds to its watch. */
async function cached() {
  const watching = Promise.withResolvers<(line: string) => void>();
  const server = await flakyServer([
    list(5, [anObject('a', 5)]),
    (response, call, request) => {
      watch([], 'open')(response, call, request);
      watching.resolve((line) => response.write(line));
    },
  ]);
  const client = kubeClient({ server: server.url });
  const things = cache<KubeObject>({
    client,
    path: '/api/v1/things',
    groupOf: ({ metadata }) => metadata.namespace,
    onChange: () => undefined,
  });
  undo.push(server.stop, client.close, things.stop);
  await things.synced;
  return { things, send: await watching.promise };
}

const versions = (objects: Iterable<KubeObject>) =>
  [...objects].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);

test('a write is read before its event has come, by key, by group and in the list', async () => {
  const { things } = await cached();
  things.remember(anObject('a', 6));
  things.remember(anObject('b', 7));
  assert.equal(things.get('live/a')?.metadata.resourceVersion, '6');
  assert.deepEqual(versions(things.group('live')), ['a@6', 'b@7']);
  assert.deepEqual(versions(things.list()), ['a@6', 'b@7']);
});

test('an older event does not take it back, a newer one replaces it', async () => {
  const { things, send } = await cached();
  things.remember(anObject('a', 8));
  send(event('MODIFIED', anObject('a', 7)));
  await eventually('the older event', () => things.reached() === 7n);
  assert.equal(things.get('live/a')?.metadata.resourceVersion, '8');
  send(event('MODIFIED', anObject('a', 10)));
  await eventually('the event of a', () => things.get('live/a')?.metadata.resourceVersion === '10');
});

test('a write that is older than what is known is not remembered', async () => {
  const { things } = await cached();
  things.remember(anObject('a', 4));
  assert.equal(things.get('live/a')?.metadata.resourceVersion, '5');
});

test('an object that is deleted is gone, though we had written it', async () => {
  const { things, send } = await cached();
  things.remember(anObject('a', 6));
  send(event('DELETED', anObject('a', 7)));
  await eventually('the deletion', () => things.get('live/a') === undefined);
  assert.deepEqual(things.group('live'), []);
});

test('a write is forgotten once the watch has gone past it: the object must be gone', async () => {
  const { things, send } = await cached();
  things.remember(anObject('b', 7));
  send(event('BOOKMARK', { kind: 'Thing', metadata: { resourceVersion: '20' } }));
  await eventually('the bookmark', () => things.reached() === 20n);
  assert.equal(things.get('live/b'), undefined);
  assert.deepEqual(versions(things.group('live')), ['a@5']);
});

test('an answer that is late is not remembered: its object may be gone already', async () => {
  const { things, send } = await cached();
  send(event('ADDED', anObject('b', 7)) + event('DELETED', anObject('b', 8)));
  await eventually('the deletion', () => things.reached() === 8n);
  things.remember(anObject('b', 7));
  assert.equal(things.get('live/b'), undefined);
});
