import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import { lastingRefusal } from '#operator/cluster/watch/lasting-refusal.ts';
import { eventually } from '#test/harness/eventually.ts';
import { list, refuse, watch } from './flaky-server.ts';
import { a1, b2, reflected } from './reflected.ts';

const forbidden = (verb: string) => new ApiError(403, { message: `pods is forbidden: cannot ${verb}` });

/** What is said of it, after each thing that happens; the clock stands until it is told to go on. */
function refusal() {
  const turns: (string | undefined)[] = [];
  let nowMs = 1_000;
  const it = lastingRefusal({ afterMs: 60_000, now: () => nowMs, onTurn: () => turns.push(it.words()) });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { ...it, turns, pass };
}

test('a refusal is told of after a minute, by its latest words, and its end at once', () => {
  const { note, end, words, turns, pass } = refusal();
  note(forbidden('list'));
  pass(59_999);
  note(forbidden('list'));
  assert.equal(words(), undefined);
  pass(1);
  note(forbidden('watch'));
  assert.match(words() ?? '', /cannot watch/);
  end();
  assert.equal(words(), undefined);
  assert.deepEqual(turns, ['pods is forbidden: cannot watch', undefined]);
});

test('the same refusal again is no news, another one is, and other failures are no end of it', () => {
  const { note, turns, pass } = refusal();
  note(forbidden('list'));
  pass(60_000);
  for (const error of [forbidden('list'), forbidden('list'), new ApiError(500, {}), forbidden('watch')]) note(error);
  assert.deepEqual(turns, ['pods is forbidden: cannot list', 'pods is forbidden: cannot watch']);
});

test('an API server that refuses as it starts and is away then, or lets us in, lacks no permission', () => {
  for (const next of ['away', 'open'] as const) {
    const { note, end, turns, pass } = refusal();
    note(forbidden('list'));
    pass(30_000);
    if (next === 'open') end();
    else note(new Error('read ECONNRESET'));
    pass(60_000);
    note(forbidden('list'));
    assert.deepEqual(turns, [], next);
  }
});

test('a collection that may be listed and not watched says so, and is listed at each try until it may', async () => {
  const turns: (string | undefined)[] = [];
  const answers: Parameters<typeof reflected>[0] = Array.from({ length: 40 }, (_, i) => (response, call, request) => {
    const answer = call.isWatch ? (i < 30 ? refuse(403) : watch([], 'open')) : list(7 + i, [a1, b2].slice(0, i + 1));
    answer(response, call, request);
  });
  const { things, seen } = await reflected(answers, {
    refusedForMs: 50,
    onRefused: () => turns.push(things.refused() ?? `allowed, with ${[...things.list()].length}`),
  });
  await eventually('it says so', () => turns.length > 0);
  assert.match(turns[0] ?? '', /^watch \/api\/v1\/things: refused with 403$/);
  await eventually('it may watch', () => turns.length > 1, 30_000);
  assert.deepEqual(turns.slice(1), ['allowed, with 2'], 'what it has is not old by then');
  assert.deepEqual(seen, ['+live/a', '+live/b']);
});
