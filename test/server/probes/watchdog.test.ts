import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHung, type Look, looked } from '#server/probes/watchdog.ts';

/** What is known after looks at these moments, each with the number of beats that it finds. */
const after = (...looks: readonly (readonly [beats: number, atMs: number])[]): Look =>
  looks.reduce((before, [beats, atMs]) => looked(before, beats, atMs), { beats: 0, atMs: 0, silentMs: 0 });

test('a heart that beats is not silent', () => {
  assert.equal(after([1, 1000], [2, 2000], [3, 3000]).silentMs, 0);
});

test('a silence grows from look to look, and ends with a beat', () => {
  assert.equal(after([1, 1000], [1, 2000], [1, 3500]).silentMs, 2500);
  assert.equal(after([1, 1000], [1, 2000], [2, 3000]).silentMs, 0);
});

test('a thread hangs from its limit on', () => {
  const silent = after([1, 1000], [1, 2000], [1, 3000]);
  assert.equal(isHung(silent, 2001), false);
  assert.equal(isHung(silent, 2000), true);
});

test('a process that was stopped for an hour does not hang when it goes on', () => {
  const woken = after([1, 1000], [1, 2000], [1, 3_602_000]);
  assert.equal(isHung(woken, 15_000), false);
  assert.equal(looked(woken, 2, 3_603_000).silentMs, 0);
});

test('nor does it with the shortest limit that can be set', () => {
  const woken = after([1, 1000], [1, 2000], [1, 9000]);
  assert.equal(isHung(woken, 2000), false);
});

test('a count that wraps around is a beat', () => {
  assert.equal(looked({ beats: 2_147_483_647, atMs: 0, silentMs: 0 }, -2_147_483_648, 1000).silentMs, 0);
});
