import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { MissedChanges } from '#operator/cluster/watch/consistency.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { anObject, event, flakyServer, list, refuse, watch } from './flaky-server.ts';

type Answer = Parameters<typeof flakyServer>[0][number];

const [a1, b2, c3] = [anObject('a', 1), anObject('b', 2), anObject('c', 3)];

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/**
 * A reflector of a list of a and b at version 3, and of a watch that stays open and to which `send` adds. Comparisons are
 * answered as `answers` say, and later lists as `relist` does.
 */
async function compared(answers: (send: (line: string) => void) => readonly Answer[], relist = list(3, [a1, b2])) {
  const opened = Promise.withResolvers<(line: string) => void>();
  const comparisons: { readonly accept: string | undefined; readonly query: Record<string, string> }[] = [];
  const rest = answers((line) => void opened.promise.then((write) => write(line))).values();
  let lists = 0;
  // By what is asked: a comparison and a watch may overtake each other.
  const answer: Answer = (response, call, request) => {
    const { accept = '' } = request.headers;
    if (call.isWatch) {
      watch([], 'open')(response, call, request);
      opened.resolve((line) => response.write(line));
    } else if (accept.includes('PartialObjectMetadataList')) {
      comparisons.push({ accept, query: Object.fromEntries(call.query) });
      rest.next().value?.(response, call, request);
    } else (lists++ === 0 ? list(3, [a1, b2]) : relist)(response, call, request);
  };
  const server = await flakyServer(Array.from({ length: 100 }, () => answer));
  const client = kubeClient({ server: server.url });
  const errors: unknown[] = [];
  const things = reflector<KubeObject>({
    client,
    path: '/api/v1/things',
    query: { labelSelector: 'x=y' },
    onChange: () => undefined,
    onError: (error) => errors.push(error),
    timing: { backoffFirstMs: 20, backoffMaxMs: 40, compareEveryMs: 50 },
  });
  undo.push(server.stop, client.close, things.stop);
  return { things, errors, comparisons };
}

const names = (objects: Iterable<KubeObject>) => [...objects].map(({ metadata }) => metadata.name);

test('the copy is compared with the collection as it was at the version of the copy, by metadata alone', async () => {
  const { things, comparisons } = await compared(() => [list(3, [a1], 'next'), list(3, [b2])]);
  await eventually('a comparison', () => things.counts.comparisons === 1);
  const [first, second] = comparisons.map(({ query }) => query);
  const selected = { labelSelector: 'x=y', limit: '200' };
  assert.deepEqual(first, { ...selected, resourceVersion: '3', resourceVersionMatch: 'Exact' });
  // The API server refuses a version beside the place to go on from.
  assert.deepEqual(second, { ...selected, continue: 'next' });
  assert.match(comparisons[1]?.accept ?? '', /as=PartialObjectMetadataList/);
  assert.deepEqual(things.counts.missed, { added: 0, changed: 0, deleted: 0 });
  assert.equal(things.counts.lists, 1);
});

test('what a watch has lost is counted by kind of loss, told, and mended by a list', async () => {
  const real = [anObject('a', 2), c3];
  const { things, errors } = await compared(() => [list(3, real)], list(9, real));
  await eventually('the list', () => things.reached() === 9n);
  assert.deepEqual(things.counts.missed, { added: 1, changed: 1, deleted: 1 });
  assert.deepEqual(names(things.list()), ['a', 'c']);
  assert.equal(errors.length, 1);
  assert.ok(errors[0] instanceof MissedChanges);
  assert.match(errors[0].message, /at version 3 the watch had missed 1 new, 1 changed, 1 deleted/);
});

test('another object of the same name and version is a loss too', async () => {
  const { things } = await compared(() => [list(3, [anObject('a', 1, { uid: 'another' }), b2])]);
  await eventually('a comparison', () => things.counts.comparisons === 1);
  assert.deepEqual(things.counts.missed, { added: 0, changed: 1, deleted: 0 });
});

test('what happens during a comparison is no loss', async () => {
  const { things } = await compared((send) => [
    (response, call, request) => {
      send(event('MODIFIED', anObject('a', 7)) + event('DELETED', anObject('b', 8)) + event('ADDED', anObject('c', 9)));
      eventually('the events', () => things.reached() === 9n).then(
        () => list(3, [a1, b2])(response, call, request),
        () => response.destroy(),
      );
    },
  ]);
  await eventually('a comparison', () => things.counts.comparisons === 1);
  assert.deepEqual(things.counts.missed, { added: 0, changed: 0, deleted: 0 });
  assert.deepEqual(names(things.list()), ['a', 'c']);
});

test('a collection that is empty may have no list of items at all', async () => {
  const none: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '3' }, items: null }));
  };
  const { things, errors } = await compared(() => [none]);
  await eventually('a comparison', () => things.counts.comparisons === 1);
  assert.deepEqual(things.counts.missed, { added: 0, changed: 0, deleted: 2 });
  assert.ok(errors[0] instanceof MissedChanges);
});

test('a comparison that fails says nothing about the watch, and the next one comes', async () => {
  const { things, errors } = await compared(() => [refuse(410), refuse(503), list(3, [a1, b2])]);
  await eventually('a comparison', () => things.counts.comparisons === 1);
  assert.equal(errors.length, 2);
  assert.deepEqual([things.counts.lists, things.counts.failures], [1, 0]);
  assert.deepEqual(things.counts.missed, { added: 0, changed: 0, deleted: 0 });
});
