import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raised, readPlayoutDelay, waitAtLeast, writePlayoutDelay } from '#server/media/rtp/playout-delay.ts';

/** The least and the most that it says, in milliseconds. */
function said(delay: number): readonly [number, number] {
  const bytes = Buffer.alloc(3);
  writePlayoutDelay(bytes, 0, delay);
  assert.equal(readPlayoutDelay(bytes, 0), delay);
  const text = bytes.toString('hex');
  return [10 * Number.parseInt(text.slice(0, 3), 16), 10 * Number.parseInt(text.slice(3), 16)];
}

test('a wait is said in whole hundredths of a second, not less than was asked for, and leaves the most open', () => {
  assert.deepEqual(said(waitAtLeast(250)), [250, 10_000]);
  assert.deepEqual(said(waitAtLeast(251)), [260, 10_000]);
});

test('none is said as a hundredth of a second: 0 tells receivers to wait for nothing at all', () => {
  assert.deepEqual(said(waitAtLeast(0)), [10, 10_000]);
});

test('what fits no more is as much as there is room for', () => {
  assert.deepEqual(said(waitAtLeast(60_000)), [40_950, 10_000]);
});

test('the least is raised to what is asked for, lowered never, and stays below the most', () => {
  assert.deepEqual(said(raised(waitAtLeast(100), 245)), [250, 10_000]);
  assert.deepEqual(said(raised(waitAtLeast(300), 245)), [300, 10_000]);
  assert.deepEqual(said(raised(0x00_00_0b, 245)), [110, 110]);
  assert.deepEqual(said(raised(0, 245)), [0, 0]);
});
