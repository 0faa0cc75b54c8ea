import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentWaitMs, noteRepair, type RepairWait, repairWait } from '#server/media/estimate/repair-wait.ts';
import { seeded } from '#test/harness/seeded.ts';

/** Repairs one after the other, each so late, from `fromMs` on. */
function repairs(state: RepairWait, lateMs: readonly number[], fromMs: number, everyMs = 200): void {
  for (const [i, ms] of lateMs.entries()) noteRepair(state, ms, fromMs + i * everyMs);
}

test('nothing waits for what is lost now and then', () => {
  const state = repairWait(0);
  repairs(state, new Array(20).fill(200), 0, 4000);
  assert.equal(currentWaitMs(state, 20 * 4000), 0);
});

test('nor for many packets that were lost at once', () => {
  const state = repairWait(0);
  repairs(state, new Array(50).fill(200), 0, 1);
  assert.equal(currentWaitMs(state, 100), 0);
});

test('pictures wait for as long as repairs take that come again and again, and to be shown', () => {
  const state = repairWait(0);
  repairs(state, new Array(10).fill(200), 0);
  const waitMs = currentWaitMs(state, 2000);
  assert.ok(waitMs > 205 && waitMs <= 215, `${waitMs} ms`);
});

test('never for longer than a conversation bears, however long repairs take', () => {
  const state = repairWait(0);
  repairs(state, new Array(50).fill(3000), 0);
  assert.ok(currentWaitMs(state, 9900) <= 400);
});

test('what comes before others of its time asks for no wait', () => {
  const state = repairWait(0);
  repairs(state, new Array(10).fill(-30), 0);
  assert.ok(currentWaitMs(state, 2000) <= 15);
});

test('of repairs that take 100 to 300 ms, all come within a moment of the wait, and most well within it', () => {
  const state = repairWait(0);
  const random = seeded(7);
  const beyondMs: number[] = [];
  for (let ms = 0; ms < 600_000; ms += 250) {
    const takesMs = 100 + 200 * random();
    const waitMs = currentWaitMs(state, ms);
    if (ms > 60_000) beyondMs.push(takesMs - waitMs);
    noteRepair(state, takesMs, ms);
  }
  assert.ok(Math.max(...beyondMs) < 20);
  assert.ok(beyondMs.filter((ms) => ms > 0).length < beyondMs.length / 50);
});

test('one that takes far longer than others is half believed, and forgotten within minutes', () => {
  const state = repairWait(0);
  repairs(state, new Array(20).fill(100), 0);
  noteRepair(state, 400, 4000);
  const atOnceMs = currentWaitMs(state, 4000);
  assert.ok(atOnceMs > 255 && atOnceMs < 275, `${atOnceMs} ms`);
  for (let ms = 5000; ms < 180_000; ms += 1000) noteRepair(state, 100, ms);
  assert.ok(currentWaitMs(state, 180_000) < 120);
});

test('nothing waits any more half a minute after the last', () => {
  const state = repairWait(0);
  repairs(state, new Array(50).fill(200), 0);
  assert.ok(currentWaitMs(state, 10_000 + 25_000) > 150);
  assert.equal(currentWaitMs(state, 10_000 + 31_000), 0);
});
