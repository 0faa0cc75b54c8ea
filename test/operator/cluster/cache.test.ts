import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { cache } from '#operator/cluster/cache/cache.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { anObject, event, flakyServer, list, watch } from './flaky-server.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A synced cache of a peer with one object `a` of version 5; `send` adds to its watch. */
async function cached(later: Parameters<typeof flakyServer>[0] = [], more: { readonly isEchoKnown?: boolean } = {}) {
  const watching = Promise.withResolvers<(line: string) => void>();
  const server = await flakyServer([
    list(5, [anObject('a', 5)]),
    (response, call, request) => {
      watch([], 'open')(response, call, request);
      watching.resolve((line) => response.write(line));
    },
    ...later,
  ]);
  const seen: string[] = [];
  const client = kubeClient({ server: server.url });
  const things = cache<KubeObject>({
    client,
    path: '/api/v1/things',
    groupOf: ({ metadata }) => metadata.labels?.['group'] ?? metadata.namespace,
    onChange: ({ metadata }, previous, how) => seen.push(`${how} ${previous === undefined ? '' : '~'}${metadata.name}`),
    timing: { backoffFirstMs: 20 },
    ...more,
  });
  undo.push(server.stop, client.close, things.stop);
  await things.synced;
  return { things, seen, send: await watching.promise };
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

test('nothing is told of a write of ours whose event comes, where that is known already, but of what others write', async () => {
  const { things, seen, send } = await cached([], { isEchoKnown: true });
  things.remember(anObject('a', 6));
  things.remember(anObject('b', 7));
  send(event('MODIFIED', anObject('a', 6)));
  send(event('ADDED', anObject('b', 7)));
  await eventually('both', () => things.reached() === 7n);
  assert.deepEqual(seen, ['Listed a']);
  send(event('MODIFIED', anObject('b', 8)));
  await eventually('what somebody else wrote', () => things.reached() === 8n);
  assert.deepEqual(seen, ['Listed a', 'Watched ~b']);
});

test('but a list that shows a write of ours is told: others may have written before, and it shows only the last', async () => {
  const { things, seen, send } = await cached([list(10, [anObject('a', 10)])], { isEchoKnown: true });
  // Somebody made it version 9 while nothing was watched; what we wrote then is version 10.
  things.remember(anObject('a', 10));
  send(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' }));
  await eventually('the second list', () => things.reached() === 10n);
  assert.deepEqual(seen, ['Listed a', 'Listed ~a']);
});

test('the event of a write leaves the object that was remembered, and all that was made of it', async () => {
  const { things, send } = await cached();
  things.remember(anObject('a', 6));
  const remembered = things.get('live/a');
  send(event('MODIFIED', anObject('a', 6)));
  await eventually('the event', () => things.reached() === 6n);
  assert.equal(things.get('live/a'), remembered);
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

test('what we made and somebody deleted while nothing was watched is told as gone', async () => {
  const { things, seen, send } = await cached([list(30, [anObject('a', 5)])]);
  things.remember(anObject('b', 7));
  send(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' }));
  await eventually('the second list', () => things.reached() === 30n);
  assert.deepEqual(seen, ['Listed a', 'Listed b']);
  assert.equal(things.get('live/b'), undefined);
  assert.deepEqual(versions(things.group('live')), ['a@5']);
});

test('an object that changes its group while our write is ahead of the watch is in one group only', async () => {
  const { things, send } = await cached();
  things.remember(anObject('a', 8, { uid: 'of-a', labels: { group: 'blue' } }));
  send(event('MODIFIED', anObject('a', 6, { labels: { group: 'red' } })));
  await eventually('the older event', () => things.reached() === 6n);
  assert.deepEqual([versions(things.group('blue')), versions(things.group('red'))], [['a@8'], []]);
  send(event('MODIFIED', anObject('a', 9, { labels: { group: 'red' } })));
  await eventually('the newer event', () => things.reached() === 9n);
  assert.deepEqual([versions(things.group('blue')), versions(things.group('red'))], [[], ['a@9']]);
});

test('what a write returned is kept no larger than what a watch tells', async () => {
  const { things } = await cached();
  things.remember(anObject('b', 7, { managedFields: [{ manager: 'x' }] }));
  assert.ok(!('managedFields' in (things.get('live/b')?.metadata ?? {})));
});

test('what we made anew stays when the watch tells that its predecessor is gone', async () => {
  const { things, send } = await cached();
  things.remember(anObject('a', 9, { uid: 'the-next' }));
  send(event('DELETED', anObject('a', 8)));
  await eventually('the deletion', () => things.reached() === 8n);
  assert.deepEqual(versions(things.group('live')), ['a@9']);
});
