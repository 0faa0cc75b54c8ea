import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { hardPressed } from '#server/node/hard-pressed.ts';
import type { Reading } from '#server/node/reading.ts';
import { watchNode } from '#server/node/watch.ts';
import { facts } from '../statuses.ts';

test('a node is looked at every 2 s: load of the limit, memory and rates are of the last 10 s', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const { node } = facts();
  let nowMs = 0;
  let packetsIn = 0;
  let reading: Reading = node.reading;
  const loads: number[] = [];
  const watch = await watchNode({
    read: () => reading,
    counts: async () => ({ ...node.totals, packetsIn }),
    clock: { now: () => 1000 + nowMs },
    nowMs: () => nowMs,
    loopTime: () => ({ active: nowMs / 4, idle: (3 * nowMs) / 4 }),
    everyMs: 2000,
    windowMs: 10_000,
    onLoad: (load) => loads.push(load),
  });
  assert.deepEqual([watch.seen().cpuLoad, watch.seen().perSecond.packetsIn], [0, 0]);
  for (let second = 2; second <= 20; second += 2) {
    nowMs = second * 1000;
    packetsIn += 100;
    const usage = { cpuSeconds: second * 0.5, throttledSeconds: 0, memoryBytes: second * 100 };
    reading = { ...reading, usage, udp: { ...reading.udp, sent: second * 7 } };
    mock.timers.tick(2000);
    await new Promise(setImmediate);
  }
  const { cpuLoad, perSecond, totals, averageMemoryBytes, atMs, mainThread } = watch.seen();
  const last = watch.reading();
  watch.stop();
  mock.timers.reset();
  assert.equal(cpuLoad, 0.25, 'half a core of two');
  assert.deepEqual(loads, Array(10).fill(0.25), 'told after each look');
  assert.deepEqual([perSecond.packetsIn, perSecond.systemPacketsOut], [50, 7]);
  assert.deepEqual([totals.packetsIn, totals.cpuSeconds], [1000, 10]);
  assert.equal(averageMemoryBytes, (1200 + 1400 + 1600 + 1800 + 2000) / 5);
  assert.equal(atMs, 21_000);
  assert.equal(last, reading);
  assert.equal(mainThread.utilization, 0.25);
});

test('a pod that has less than a tenth of its CPU left says so, once a minute at most', () => {
  const said: unknown[] = [];
  let nowMs = 0;
  const told = hardPressed({ warn: (message, fields) => said.push([nowMs / 1000, message, fields]) }, () => nowMs);
  for (const [second, load] of [
    [0, 0.9],
    [2, 0.954],
    [4, 0.99],
    [61, 0.99],
    [62, 0.5],
    [64, 1.2],
  ] as const) {
    nowMs = second * 1000;
    told(load);
  }
  const message = 'less than a tenth of the CPU is left';
  assert.deepEqual(said, [
    [2, message, { cpuLoad: 0.95 }],
    [64, message, { cpuLoad: 1.2 }],
  ]);
});
