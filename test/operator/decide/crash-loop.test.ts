import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import { crashLoop, restarted, restartWindowMs } from '#operator/decide/crash-loop.ts';
import type { ContainerStatus, Pod } from '#operator/kube.ts';
import { restarts } from '#operator/room/restarts.ts';
import { aPod } from '../objects.ts';

const madeMs = Date.parse('2026-11-01T12:00:00Z');
const minuteMs = 60_000;

function crashed(restartCount: number, more: Partial<ContainerStatus> = {}, crashLoops = 0): Pod {
  const pod = aPod('a', { status: { containerStatuses: [{ name: 'sfu', restartCount, ...more }] } });
  const annotations = { ...pod.metadata.annotations, [annotation.crashLoops]: String(crashLoops) };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

const later = (minutes: number) => madeMs + minutes * minuteMs;

test('a pod that has crashed twice in five minutes is kept', () => {
  assert.equal(crashLoop(crashed(2), 2, later(2)), undefined);
});

test('a pod that has crashed three times in five minutes is given up at once', () => {
  const loop = crashLoop(crashed(3), 3, later(2));
  assert.ok(loop && loop.waitMs <= 0);
  assert.equal(loop.count, 1);
});

test('so is one that the kubelet waits with, whenever it was that it crashed', () => {
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  assert.equal(crashLoop(crashed(3, { state }), 0, later(2))?.count, 1);
  assert.equal(crashLoop(crashed(2, { state }), 0, later(2)), undefined);
});

const patience: readonly [crashLoops: number, minutes: number][] = [
  [1, 2],
  [2, 4],
  [5, 32],
  [6, 60],
  [30, 60],
];
for (const [crashLoops, minutes] of patience)
  test(`the pod after ${crashLoops} that kept crashing has ${minutes} minutes`, () => {
    const loop = crashLoop(crashed(3, {}, crashLoops), 3, later(1));
    assert.deepEqual(loop, { waitMs: (minutes - 1) * minuteMs, count: crashLoops + 1 });
  });

test('a pod that was made later than now, by a clock ahead of ours, is waited for no longer than any other', () => {
  assert.equal(crashLoop(crashed(3, {}, 1), 3, later(-60))?.waitMs, 2 * minuteMs);
  assert.equal(crashLoop(crashed(3), 3, later(-60))?.waitMs, 0);
});

test('a pod that worked for long begins a new row', () => {
  assert.equal(crashLoop(crashed(3, {}, 2), 3, later(51))?.count, 1);
});

test('restarts count from when a pod is first seen, and for five minutes', () => {
  const seen = restarts();
  const [two, three, five] = [crashed(2), crashed(3), crashed(5)];
  assert.equal(seen.note('events/keynote', [two], madeMs).size, 0);
  assert.equal(seen.note('events/keynote', [three], madeMs).get(three), 1);
  assert.equal(seen.note('events/keynote', [three], madeMs).size, 0);
  assert.equal(seen.note('events/keynote', [five], madeMs + minuteMs).get(five), 2);
  assert.equal(seen.recent('events/keynote', five), 3);
  seen.note('events/keynote', [five], madeMs + restartWindowMs);
  assert.equal(seen.recent('events/keynote', five), 2);
  assert.deepEqual([...seen.totals()], [['events/keynote', 3]]);
  seen.forget('events/keynote');
  assert.deepEqual([seen.recent('events/keynote', five), seen.totals().size], [0, 0]);
});

test('the Event says how the server ended, and where to read on', () => {
  const { message } = restarted(crashed(2, { lastState: { terminated: { exitCode: 139, reason: 'Error' } } }));
  assert.match(message, /exit code 139 \(Error\) .* restart 2 .* kubectl -n events logs --previous a$/);
  assert.match(restarted(crashed(1)).message, /ended and is started anew/);
});
