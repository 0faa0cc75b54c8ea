import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rollout } from '#operator/decide/origin.ts';
import { rollouts } from '#operator/room/rollouts.ts';

/** Roll-outs of which two may be under way, and whose turn came. All rooms had pods of another hash before. */
function two() {
  const turns: string[] = [];
  const all = rollouts({ maxConcurrent: 2, onTurn: (key) => turns.push(key) });
  let nowMs = 0;
  return {
    turns,
    pass: (ms: number) => {
      nowMs += ms;
    },
    forget: all.forget,
    led: (key: string, podName: string | undefined) => all.ledSinceMs(key, podName, nowMs),
    /** A room that would be rolled out comes to this. */
    comes(key: string, rollout?: Rollout, specHash = 'new') {
      const may = all.mayBegin(key, specHash);
      const to = rollout ?? (may ? 'Replacing' : 'WaitingForTurn');
      all.note(key, { rollout: to, isSurge: to === 'Replacing', specHash }, nowMs);
      return to;
    },
  };
}

test('of four rooms two begin, and the others follow in their order as those come to an end', () => {
  const { comes, turns } = two();
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => comes(key)),
    ['Replacing', 'Replacing', 'WaitingForTurn', 'WaitingForTurn'],
  );
  comes('a', 'Current');
  assert.deepEqual(turns.splice(0), ['c']);
  assert.equal(comes('c'), 'Replacing');
  assert.equal(comes('d'), 'WaitingForTurn');
  comes('b', 'WaitingForIdle');
  assert.deepEqual(turns, ['d']);
});

test('a room that is under way goes on', () => {
  const { comes } = two();
  comes('a');
  comes('b');
  assert.equal(comes('a'), 'Replacing');
});

test('a room that somebody edits does not wait, and does not hold up others', () => {
  const { comes } = two();
  comes('edited', 'Current', 'one');
  for (const key of ['a', 'b']) comes(key);
  assert.equal(comes('edited', undefined, 'another'), 'Replacing');
  comes('a', 'Current');
  assert.equal(comes('c'), 'Replacing');
});

test('a room that somebody edits while it waits takes no turn from those that wait on', () => {
  const { comes, turns } = two();
  for (const key of ['a', 'b', 'edited', 'c']) comes(key);
  assert.equal(comes('edited', undefined, 'another'), 'Replacing');
  comes('a', 'Current');
  assert.deepEqual(turns, ['c']);
});

test('a room that somebody edits in the middle of its roll-out leaves its turn to the next', () => {
  const { comes, turns } = two();
  for (const key of ['a', 'b', 'c']) comes(key);
  assert.equal(comes('a', undefined, 'another'), 'Replacing');
  assert.deepEqual(turns, ['c']);
});

test('an edited room whose pod is as it should be waits for the next upgrade like any other', () => {
  const { comes } = two();
  comes('edited', 'Current', 'one');
  comes('edited', 'Current', 'another');
  for (const key of ['a', 'b']) comes(key);
  // Its node is cordoned.
  assert.equal(comes('edited', undefined, 'another'), 'WaitingForTurn');
});

test('one that does not come to an end holds up the others for ten minutes', () => {
  const { comes, turns, pass } = two();
  for (const key of ['a', 'b', 'c']) comes(key);
  pass(10 * 60_000 + 1);
  comes('a', 'Replacing');
  assert.deepEqual(turns, ['c']);
  assert.equal(comes('c'), 'Replacing');
  comes('a', 'Replacing');
  assert.equal(comes('d'), 'WaitingForTurn');
});

test('a room that is gone leaves its turn', () => {
  const { comes, turns, forget } = two();
  for (const key of ['a', 'b', 'c']) comes(key);
  forget('b');
  assert.deepEqual(turns, ['c']);
});

test('since when a Service leads to a pod begins with each pod', () => {
  const { led, pass } = two();
  assert.equal(led('a', 'one'), 0);
  pass(500);
  assert.equal(led('a', 'one'), 0);
  assert.equal(led('a', 'two'), 500);
  pass(500);
  assert.equal(led('a', undefined), 1000);
  assert.equal(led('a', 'two'), 1000);
});
