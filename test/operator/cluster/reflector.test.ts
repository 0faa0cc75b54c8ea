import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { How } from '#operator/cluster/watch/store.ts';
import { eventually } from '#test/harness/eventually.ts';
import { anObject, event, list, refuse, reset, watch } from './flaky-server.ts';
import { a1, b2, c3, reflected, timing } from './reflected.ts';

test('it lists and then watches from the version of the list, with bookmarks and a spread time limit', async () => {
  const { server, things, seen, called } = await reflected([list(7, [a1])]);
  await called(2);
  await things.synced;
  const [first, second] = server.calls;
  assert.equal(first?.query.get('limit'), '200');
  // Of no version: one from a cache that lags would lack objects that exist, and what they own would be taken away.
  assert.equal(first?.query.get('resourceVersion'), null);
  assert.equal(second?.query.get('resourceVersion'), '7');
  assert.equal(second?.query.get('allowWatchBookmarks'), 'true');
  assert.equal(second?.query.get('timeoutSeconds'), '450');
  assert.deepEqual(seen, ['+live/a']);
});

test('it reads all pages before anybody sees one, and objects of a list have their kind', async () => {
  const { server, things, called } = await reflected([list(7, [a1], 'next'), list(7, [b2])]);
  await called(3);
  assert.equal(server.calls[1]?.query.get('continue'), 'next');
  assert.equal(server.calls[1]?.query.get('resourceVersion'), null);
  assert.deepEqual(
    [...things.list()].map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['Thing a', 'Thing b'],
  );
});

test('a peer that knows no pages may answer with all objects at once, however many', async () => {
  const { things, errors, called } = await reflected([
    list(
      7,
      Array.from({ length: 150_000 }, () => a1),
    ),
  ]);
  await called(2);
  assert.deepEqual(errors, []);
  assert.equal([...things.list()].length, 1);
});

test('pages whose snapshot is gone are begun again', async () => {
  const { server, things, called } = await reflected([list(7, [a1], 'next'), refuse(410), list(9, [b2])]);
  await called(4);
  assert.equal(server.calls[2]?.query.get('continue'), null);
  assert.deepEqual(
    [...things.list()].map(({ metadata }) => metadata.name),
    ['b'],
  );
});

test('it goes on from the last event or bookmark, at once, when the server closes the watch', async () => {
  const lines = [event('ADDED', b2), event('BOOKMARK', { kind: 'Thing', metadata: { resourceVersion: '20' } })];
  const { server, errors, things, called } = await reflected([list(1, [a1]), watch(lines, 'closed')], {
    backoffFirstMs: 60_000,
    backoffMaxMs: 60_000,
  });
  await called(3);
  assert.equal(server.calls[2]?.query.get('resourceVersion'), '20');
  assert.deepEqual(errors, []);
  assert.deepEqual(
    [...things.list()].map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
});

test('a watch that ends at once and always is waited for', async () => {
  const { errors, called } = await reflected([list(1, []), watch([], 'closed'), watch([], 'closed')], {
    shortestWatchMs: 60_000,
  });
  await called(4);
  assert.match(String(errors[0]), /ended at once/);
});

test('a reset costs no list', async () => {
  const { server, errors, seen, called } = await reflected([list(1, [a1]), watch([event('ADDED', b2)], 'reset')]);
  await called(3);
  assert.ok(server.calls[2]?.isWatch);
  assert.equal(server.calls[2].query.get('resourceVersion'), '2');
  assert.equal(errors.length, 1);
  assert.deepEqual(seen, ['+live/a', '+live/b']);
});

for (const status of [401, 429, 500, 503])
  test(`a watch answered ${status} is tried again from the same version`, async () => {
    const { server, things, called } = await reflected([list(5, [a1]), refuse(status), refuse(status)]);
    await called(4);
    assert.equal(server.calls[3]?.query.get('resourceVersion'), '5');
    assert.equal(things.counts.failures, 2);
  });

test('a first list that fails is tried again, and only then is it synced', async () => {
  const { things, called } = await reflected([refuse(503), reset, list(1, [a1])]);
  await called(4);
  await things.synced;
  assert.ok(things.get('live/a'));
});

test('Retry-After is honoured', async () => {
  const { server, errors } = await reflected([refuse(429, { 'retry-after': '100' })]);
  await eventually('the refusal', () => errors.length === 1);
  assert.ok(errors[0] instanceof ApiError);
  assert.equal(errors[0].retryAfterMs, 100_000);
  // Twenty times the longest wait without it.
  await new Promise((resolve) => setTimeout(resolve, 20 * timing.backoffMaxMs));
  assert.equal(server.calls.length, 1);
});

const gaps = {
  'a watch answered 410': refuse(410),
  'an ERROR event 410': watch(
    [event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' })],
    'open',
  ),
  'another ERROR event': watch([event('ERROR', { kind: 'Status', code: 500, message: 'no' })], 'open'),
  'a line that is no JSON': watch(['{"type":"ADD\n'], 'open'),
  'a line that is no event': watch(['{"type":"ADDED"}\n'], 'open'),
  'a line with an event of a new kind': watch([event('RENAMED', b2)], 'open'),
  'a line with an object that nobody could find': watch([event('MODIFIED', { kind: 'Thing' })], 'open'),
};
for (const [name, fault] of Object.entries(gaps))
  test(`${name} makes it list again, and tell exactly the differences`, async () => {
    const changed = anObject('b', 6);
    const { server, things, seen, called } = await reflected([list(3, [a1, b2]), fault, list(9, [changed, c3])]);
    await called(4);
    assert.ok(!server.calls[2]?.isWatch);
    assert.equal(server.calls[2]?.query.get('resourceVersion'), null);
    assert.deepEqual(seen, ['+live/a', '+live/b', '-live/a', '~live/b', '+live/c']);
    assert.equal(things.counts.unparsableLines, name.includes('line') ? 1 : 0);
  });

test('a half-open connection is noticed', async () => {
  const { server, errors, called } = await reflected(
    [list(5, [a1]), watch([event('MODIFIED', anObject('a', 6))], 'open')],
    {
      inactivityMs: 2_000,
    },
  );
  await called(3);
  assert.equal(server.calls[2]?.query.get('resourceVersion'), '6');
  assert.match(String(errors[0]), /silent/);
});

test('what a list shows and what a watch sees are told apart', async () => {
  const hows: How[] = [];
  const answers = [list(1, [a1]), watch([event('ADDED', b2)], 'closed'), refuse(410), list(9, [c3])];
  const { called } = await reflected(answers, { onChange: (how) => hows.push(how) });
  await called(5);
  assert.deepEqual(hows, ['Listed', 'Watched', 'Listed', 'Listed', 'Listed']);
});

test('an object that was replaced by another of its name is gone and new', async () => {
  const another = anObject('a', 8, { uid: 'another' });
  const { seen, called } = await reflected([list(1, [a1]), refuse(410), list(9, [another])]);
  await called(4);
  assert.deepEqual(seen, ['+live/a', '-live/a', '+live/a']);
});

test('a deletion is told with the last state', async () => {
  const lines = [event('ADDED', b2), event('DELETED', b2)];
  const { things, seen, called } = await reflected([list(1, []), watch(lines, 'closed')]);
  await called(3);
  assert.deepEqual(seen, ['+live/b', '-live/b']);
  assert.equal(things.get('live/b'), undefined);
});

test('managedFields are not kept', async () => {
  const big = anObject('b', 2, { managedFields: [{ manager: 'x' }] });
  const { things, called } = await reflected([
    list(1, [anObject('a', 1, { managedFields: [] })]),
    watch([event('ADDED', big)], 'closed'),
  ]);
  await called(3);
  for (const { metadata } of things.list()) assert.ok(!('managedFields' in metadata));
});

test('a listener that throws stops nothing', async () => {
  const { things, errors, called } = await reflected([list(1, [a1]), watch([event('ADDED', b2)], 'closed')], {
    onChange: () => {
      throw new Error('listener');
    },
  });
  await called(3);
  assert.equal(errors.length, 2);
  assert.equal([...things.list()].length, 2);
});

test('a watch that ends at once with nothing but a bookmark of what is known is waited for', async () => {
  const known = event('BOOKMARK', { kind: 'Thing', metadata: { resourceVersion: '1' } });
  const { errors, called } = await reflected([list(1, []), watch([known], 'closed'), watch([known], 'closed')], {
    shortestWatchMs: 60_000,
  });
  await called(4);
  assert.match(String(errors[0]), /ended at once/);
});

test('watches that the server closes in a burst go on from where each had come, without a wait and without a list', async () => {
  const versions = Array.from({ length: 50 }, (_, i) => i + 2);
  const bursts = versions.map((version) => watch([event('MODIFIED', anObject('a', version))], 'closed'));
  const { server, things, errors, called } = await reflected([list(1, [a1]), ...bursts], {
    backoffFirstMs: 60_000,
    backoffMaxMs: 60_000,
    shortestWatchMs: 60_000,
  });
  await called(52);
  const begun = server.calls.slice(1).map(({ query }) => Number(query.get('resourceVersion')));
  assert.deepEqual(begun, [1, ...versions]);
  assert.deepEqual([errors, things.counts.lists], [[], 1]);
});
