import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHeart } from '#server/probes/heart.ts';
import { startWatchdog } from '#server/probes/watchdog.ts';
import { eventually } from '#test/harness/eventually.ts';

const nowMs = () => performance.now();

test('the beats can be read from memory that is shared, and the heart knows how old the last is', async (t) => {
  const heart = startHeart(nowMs);
  t.after(heart.stop);
  const beats = new Int32Array(heart.beats);
  await eventually('a beat', () => Atomics.load(beats, 0) > 0);
  assert.ok(heart.ageMs() < 1000, `${heart.ageMs()} ms`);
});

test('a heart that does not beat is told of once, with its silence', async () => {
  const told: number[] = [];
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  startWatchdog({ beats, limitMs: 1 }, { nowMs, onHung: (silentMs) => told.push(silentMs) });
  await eventually('it was told', () => told.length > 0);
  assert.equal(told.length, 1);
  assert.ok((told[0] ?? 0) >= 1);
});
