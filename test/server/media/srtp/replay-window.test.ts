import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extended } from '#server/media/rtp/packet-index.ts';
import { accept, isFresh, replayWindow } from '#server/media/srtp/replay-window.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

test('a packet is fresh once', () => {
  const window = replayWindow(128);
  assert.equal(isFresh(window, 5), true);
  accept(window, 5);
  assert.equal(isFresh(window, 5), false);
  assert.equal(isFresh(window, 4), true);
  accept(window, 4);
  assert.equal(isFresh(window, 4), false);
});

test('looking changes nothing', () => {
  const window = replayWindow(128);
  accept(window, 10);
  isFresh(window, 100_000);
  assert.equal(isFresh(window, 9), true);
});

test('what lies before the window is not fresh', () => {
  const window = replayWindow(1024);
  accept(window, 5000);
  assert.equal(isFresh(window, 5000 - 1023), true);
  assert.equal(isFresh(window, 5000 - 1024), false);
});

test('a jump past the whole window forgets all before it', () => {
  const window = replayWindow(128);
  for (let index = 0; index < 128; index++) accept(window, index);
  accept(window, 128 * 3);
  assert.equal(isFresh(window, 128 * 3 - 1), true);
  assert.equal(isFresh(window, 128 * 2), false);
});

test('the window says the same as a plain set of all indices, near 2^40 too', () => {
  const seed = freshSeed();
  const random = seeded(seed);
  for (const start of [0, 2 ** 40]) {
    const window = replayWindow(1024);
    const seen = new Set<number>();
    let newest = -1;
    let at = start;
    for (let i = 0; i < 20_000; i++) {
      at = Math.max(start, at + Math.floor(random() * 7) - 2 + (random() < 0.001 ? 3000 : 0));
      const index = Math.max(start, at - Math.floor(random() ** 4 * 1500));
      const expected = index > newest || (newest - index < 1024 && !seen.has(index));
      assert.equal(isFresh(window, index), expected, `seed ${seed}, step ${i}, index ${index}, newest ${newest}`);
      if (!expected) continue;
      accept(window, index);
      seen.add(index);
      newest = Math.max(newest, index);
    }
  }
});

for (const [newest, sequence, index] of [
  [10, 11, 11],
  [0xffff, 0, 0x10000],
  [0x10000, 0xffff, 0xffff],
  [0x1fffe, 3, 0x20003],
  [5, 0xfff0, -16],
  [2 ** 47 + 0xffff, 2, 2 ** 47 + 0x10002],
] as const)
  test(`after ${newest} the sequence number ${sequence} is number ${index}`, () =>
    assert.equal(extended(newest, sequence), index));
