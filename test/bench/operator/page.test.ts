import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growth } from './growth.ts';
import { filesOf } from './page.ts';
import type { Phase } from './phase.ts';
import type { Run } from './run.ts';

const cpuMs = { operator: 8_000, 'kube-apiserver': 30_000, etcd: 5_000, bench: 4_000, other: 1_000 };
const ofRooms = { operatorMs: 12_000, tookMs: 40_000, cpuPercentBefore: 0 };
const burst = (podsMs: number, before = 0): Phase => ({
  phase: 'burst',
  rooms: 1000,
  measured: { before, rooms: 1000, podsMs, cpuMs, ...ofRooms, requestsPerRoom: 7, lagMs: 12, connections: 2 },
});
const floor: Phase = { phase: 'floor', rooms: 100, measured: { rooms: 200, podsMs: 4_000, p50Ms: 30, p95Ms: 40 } };
const quiet = (rooms: number, rssMB: number): Phase => ({ phase: 'quiet', rooms, measured: { rssMB, writes: 0 } });
const pageOf = (phases: readonly Phase[], more: Partial<Run> = {}) =>
  filesOf({ node: 'v26', cpus: '2 CPUs', cores: 2, steps: [], isProfiled: false, phases, profiles: [], ...more })[
    'operator.md'
  ];
const run = (...phases: Phase[]) => pageOf(phases);

test('a number beyond its target is bold, and has what the objects alone cost beside it', () => {
  const text = run(floor, burst(30_000), quiet(1000, 150), quiet(5000, 301), quiet(7000, 350), quiet(10_000, 350));
  assert.match(text, /all pods exist after, s \| ≤ 20 \| \*\*30\*\* \*20\* \|/);
  assert.match(text, /\| RSS, MB \| ≤ 200 \(1,000\)<br>≤ 300 \(5,000\)<br>≤ 400 \(10,000\) \| 150 \| \*\*301\*\* \|/);
  assert.match(text, /targets 2 are missed:/);
});

test('the limit of a burst follows from whose CPU it took', () => {
  const text = run(floor, burst(30_000));
  assert.match(text, /had all of their pods after 30\.0 s; the target is 20 s\./);
  assert.match(
    text,
    /each took 47\.0 ms of CPU, of which the operator's part is 8\.0 ms \(17 %\): 2 CPUs can\ndo that in 23\.5 s/,
  );
  assert.match(text, /busy 80 % of the time, 2 % of that for others or taken by the host/);
  assert.match(text, /was 35\.0 ms of CPU a room, 17\.5 s on\n2 CPUs, which leaves the rest of the target/);
  assert.match(text, /200 at once took 4\.0 s: at that\nrate 1,000 would take 20\.0 s\./);
});

test('a control plane that needs longer than the target for its own share is said to, and nothing without objects alone', () => {
  const { measured, ...rest } = burst(30_000);
  const text = run({ ...rest, measured: { ...measured, cpuMs: { ...cpuMs, etcd: 12_000 } } });
  assert.match(text, /was 42\.0 ms of CPU a room, 21\.0 s on\n2 CPUs, which is beyond the target; it holds all/);
  assert.doesNotMatch(text, /objects alone, without an operator/i);
});

test('the CPU of a new room is without what the operator uses while nothing happens, at the mean of before and after', () => {
  const after: Phase = { phase: 'quiet', rooms: 1000, measured: { cpuPercent: 5 } };
  assert.match(run(burst(30_000), after), /\| CPU per room, in a burst, ms \| ≤ 12 \| 11 \|/);
  const { measured, ...rest } = burst(30_000);
  const last: Phase = { ...rest, measured: { ...measured, cpuPercentBefore: 10 } };
  assert.match(run(last), /\| CPU per room, in a burst, ms \| ≤ 12 \| 8 \|/);
});

test('a run tells what it was of, as far as that is known', () => {
  assert.match(pageOf([]), /This run: Node v26, 2 CPUs\./);
  const text = pageOf([], { commit: '0123456789ab-dirty', nodeOptions: ['--one', '--two=2'] });
  assert.match(text, /This run: commit 0123456789ab-dirty, Node v26 with `--one --two=2`, 2 CPUs\./);
});

test('the profiles have a section each, with the largest shares', () => {
  const share = { name: 'operator/room', share: 0.25 };
  const profiles: Run['profiles'] = [{ phase: 'restart', rooms: 5000, places: [share], functions: [share] }];
  const text = pageOf([quiet(100, 100)], { profiles });
  assert.match(text, /### After a restart among 5,000 rooms\n\| folder.+\n\|---\|---\|\n\| operator\/room \| 25\.0 \|/);
});

test('the limit of a restart follows from whose CPU it took', () => {
  const restart = { rooms: 1000, idleMs: 3_000, syncedMs: 1_200, cpuMs: { operator: 2_000, etcd: 1_000, other: 500 } };
  const text = run({ phase: 'restart', rooms: 1000, measured: restart });
  assert.match(
    text,
    /1,000 rooms: 3\.0 s, of which 1\.2 s .+ The operator took 2\.0 s of CPU, all together\n {2}3\.0 s/,
  );
  assert.match(text, /which 2 CPUs can do in 1\.5 s at best/);
});

test('nothing is promised of a burst among other rooms', () => {
  const text = run(floor, burst(30_000, 100));
  assert.doesNotMatch(text, /all pods exist after|the target is/);
  assert.match(text, /All of 3 targets are kept\./);
});

test('each plot has the numbers of its rows, and targets where there are some', () => {
  const svg = growth([quiet(100, 100), quiet(1000, 150), quiet(5000, 250), quiet(10000, 350)]);
  assert.equal(svg.match(/stroke-dasharray/g)?.length, 4);
  assert.equal(svg.match(/<circle/g)?.length, 8);
});
