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

test('a heart that does not beat is told of once, with its silence', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let atMs = 0;
  const told: number[] = [];
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  startWatchdog({ beats, limitMs: 3000 }, { nowMs: () => atMs, onHung: (silentMs) => told.push(silentMs) });
  for (; atMs < 10_000; t.mock.timers.tick(1000)) {
    atMs += 1000;
    if (atMs <= 2000) Atomics.add(new Int32Array(beats), 0, 1);
  }
  assert.deepEqual(told, [3000]);
});
