import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '#operator/stats/whose-turn.ts';

const everyMs = 1000;
const turn = (id: string, isFirst = false) => ({ id, isFirst, value: id });
const take = (all: ReturnType<typeof turns<string>>, count: number, nowMs: number) =>
  Array.from({ length: count }, () => all.next(nowMs)).filter((one) => one !== undefined);

test('each has a turn, and another one only after its time', () => {
  const all = turns<string>(everyMs);
  all.replace([turn('a'), turn('b')]);
  assert.deepEqual(take(all, 5, 0), ['a', 'b']);
  assert.deepEqual(take(all, 5, 999), []);
  assert.deepEqual(take(all, 5, 1000), ['a', 'b']);
});

test('who goes first has every turn that is due before the others, who have one in four', () => {
  const all = turns<string>(everyMs);
  all.replace([
    ...Array.from({ length: 8 }, (_, i) => turn(`other-${i}`)),
    ...'abcdefgh'.split('').map((id) => turn(id, true)),
  ]);
  assert.deepEqual(take(all, 8, 0), ['a', 'b', 'c', 'other-0', 'd', 'e', 'f', 'other-1']);
  assert.deepEqual(take(all, 4, 0), ['g', 'h', 'other-2', 'other-3']);
});

test('whoever has waited longest comes next, however few turns there are', () => {
  const all = turns<string>(everyMs);
  const names = Array.from({ length: 50 }, (_, i) => `pod-${i}`);
  all.replace(names.map((name) => turn(name)));
  const seen = Array.from({ length: 100 }, (_, i) => all.next(i * everyMs));
  assert.deepEqual(seen, [...names, ...names]);
});

test('whoever begins to go first keeps the time of the last turn, and whoever is gone has none', () => {
  const all = turns<string>(everyMs);
  all.replace([turn('a'), turn('b'), turn('c')]);
  take(all, 2, 0);
  all.replace([turn('b', true), turn('c')]);
  assert.deepEqual(take(all, 3, 500), ['c']);
  assert.deepEqual(take(all, 3, 1000), ['b']);
});
