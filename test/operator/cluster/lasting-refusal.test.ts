import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { lastingRefusal } from '#operator/cluster/watch/lasting-refusal.ts';
import { eventually } from '#test/harness/eventually.ts';
import { list, refuse, watch } from './flaky-server.ts';
import { a1, reflected } from './reflected.ts';

const forbidden = (verb: string) => new ApiError(403, { message: `pods is forbidden: cannot ${verb}` });

/** What is said of it, after each thing that happens; the clock stands until it is told to go on. */
function refusal(mock: { enable(options: { apis: ['setTimeout'] }): void; tick(ms: number): void }) {
  mock.enable({ apis: ['setTimeout'] });
  const turns: (string | undefined)[] = [];
  const it = lastingRefusal({ afterMs: 60_000, onTurn: () => turns.push(it.words()) });
  return { ...it, turns, pass: (ms: number) => mock.tick(ms) };
}

test('a refusal is told of after a minute, by its latest words, and its end at once', ({ mock }) => {
  const { note, end, words, turns, pass } = refusal(mock.timers);
  note(forbidden('list'));
  pass(59_999);
  assert.equal(words(), undefined);
  note(forbidden('watch'));
  pass(1);
  assert.match(words() ?? '', /cannot watch/);
  end();
  assert.equal(words(), undefined);
  assert.deepEqual(turns, ['pods is forbidden: cannot watch', undefined]);
});

test('the same refusal again is no news, another one is', ({ mock }) => {
  const { note, turns, pass } = refusal(mock.timers);
  note(forbidden('list'));
  pass(60_000);
  note(forbidden('list'));
  note(forbidden('watch'));
  assert.deepEqual(turns, ['pods is forbidden: cannot list', 'pods is forbidden: cannot watch']);
});

test('one that ends within a minute is never told of, nor any other failure', ({ mock }) => {
  const { note, end, words, turns, pass } = refusal(mock.timers);
  note(forbidden('list'));
  pass(30_000);
  end();
  note(new ApiError(500, {}));
  note(new Error('read ECONNRESET'));
  pass(120_000);
  assert.deepEqual([words(), turns], [undefined, []]);
});

test('a collection that may be listed and not watched says so, until it may', async () => {
  const turns: (string | undefined)[] = [];
  const refusals = Array.from({ length: 20 }, () => refuse(403));
  const { things } = await reflected([list(7, [a1]), ...refusals, watch([], 'open')], {
    refusedForMs: 50,
    onRefused: () => turns.push(things.refused()),
  });
  await eventually('it says so', () => turns.length > 0);
  assert.match(turns[0] ?? '', /^watch \/api\/v1\/things: refused with 403$/);
  assert.ok(things.isSynced(), 'what it has is what it has listed');
  await eventually('it may watch', () => turns.length > 1, 30_000);
  assert.deepEqual(turns.slice(1), [undefined]);
});
