import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cells } from './figures.ts';
import type { Measured, Phase } from './phase.ts';
import type { Run } from './run.ts';
import { summary } from './summary.ts';

const none: Run = { node: 'v26', cpus: '2 CPUs', cores: 2, steps: [], isProfiled: false, phases: [], profiles: [] };
const summaryOf = (phases: readonly Phase[], more: Partial<Run> = {}) =>
  summary(cells(phases), { ...none, phases, ...more });

const floor: Phase = { phase: 'floor', rooms: 100, measured: { rooms: 100, podsMs: 3_000, p50Ms: 30, p95Ms: 66.4 } };
const quiet = (rooms: number, rssMB: number): Phase => ({ phase: 'quiet', rooms, measured: { rssMB, writes: 0 } });
const perRoom = { rooms: 100, tookMs: 10_000, cpuPercentBefore: 0, requestsPerRoom: 8, conflictsPerRoom: 0 };
const paced = (rooms: number, operatorMs: number, more: Measured = {}): Phase => ({
  phase: 'paced',
  rooms,
  measured: { ...perRoom, operatorMs, ...more },
});
const cpuMs = { operator: 2_000, 'kube-apiserver': 10_000, etcd: 6_000, other: 1_000 };
const burst: Phase = {
  phase: 'burst',
  rooms: 1000,
  measured: {
    ...{ ...perRoom, rooms: 1000, operatorMs: 8_200, before: 0, podsMs: 10_000, cpuMs },
    ...{ lagMs: 72, connections: 2 },
  },
};

test('a row that misses its target has its numbers, the target, and why the furthest of them is where it is', () => {
  const text = summaryOf([quiet(1000, 150), quiet(5000, 310), quiet(10_000, 405)]);
  assert.match(
    text,
    /^Of 6 targets 2 are missed:\n\n- \*\*RSS, MB\*\*: 310 with 5,000 rooms and 405 with 10,000 rooms/,
  );
  assert.match(
    text,
    /rooms, for a target of 300 and 400\. With 5,000 rooms: A thousand rooms more take 40\.0 MB: with 1,000 it was 150 MB\.$/,
  );
});

test('CPU per room has beside it what a room takes in a burst, how busy the CPUs were, and a profile', () => {
  const places = [
    { name: 'operator/room', share: 0.2 },
    { name: 'Node: http2', share: 0.25 },
    { name: 'Node: streams', share: 0.05 },
    { name: 'yaml', share: 0.15 },
    { name: 'operator/build', share: 0.12 },
    { name: 'garbage collection on the main thread', share: 0.1 },
    { name: 'native code outside of any function', share: 0.08 },
  ];
  const profiles: Run['profiles'] = [{ phase: 'paced', rooms: 100, places, functions: [] }];
  const text = summaryOf([paced(100, 2_500, { cpuMs: { operator: 2_500, other: 2_500 } }), burst], { profiles });
  assert.match(text, /\*\*CPU per room, 10 rooms a second, ms\*\*: 25 with 100 rooms, for a target of 12\. /);
  assert.match(
    text,
    /In the burst up to 1,000 rooms, where each comes right after the one before, a room took 8\.20 ms\. /,
  );
  assert.match(text, /The 2 CPUs were busy 25 % of the time, 50 % of that with the operator\. /);
  assert.match(
    text,
    /by a profile with 100 rooms: 32 % the operator's own code \(operator\/room 20 %, operator\/build 12 %\), 30 % Node itself \(http2 25 %, streams 5 %\), 15 % packages \(yaml 15 %\), 10 % garbage collection on the main thread, 8 % native code outside of any function and 5 % smaller parts\.\n/,
  );
});

test('of a profile that has all kinds summed up nothing is left over', () => {
  const kinds = [
    { name: 'Node itself', share: 0.6 },
    { name: 'packages', share: 0.4 },
  ];
  const profiles: Run['profiles'] = [
    { phase: 'paced', rooms: 100, kinds, places: [{ name: 'Node: http2', share: 0.2 }], functions: [] },
  ];
  const text = summaryOf([paced(100, 2_500)], { profiles });
  assert.match(text, /rooms: 60 % Node itself \(http2 20 %\) and 40 % packages\.$/);
});

test('what is missed tells no reason that was not measured', () => {
  assert.match(summaryOf([paced(100, 2_500)]), /for a target of 12\. No other figure of this run tells why\.$/);
});

test('what objects cost alone is a part of what is missed, or beyond the target by itself', () => {
  const single: Phase = { phase: 'single', rooms: 100, measured: { p50Ms: 40, p95Ms: 80 } };
  const text = summaryOf([floor, single]);
  assert.match(text, /median, ms\*\*: 40 .+ made without an operator took 30 ms, 75 % of it\.\n/);
  assert.match(text, /95 %, ms\*\*: 80 .+ took 66\.4 ms, which is beyond the target by itself\.$/);
});

test('a time that CPUs are the limit of says what they can do at best, and others that they are waited for', () => {
  const longer: Phase = { ...burst, measured: { ...burst.measured, podsMs: 21_000 } };
  const restart: Phase = {
    phase: 'restart',
    rooms: 5000,
    measured: { idleMs: 5_000, syncedMs: 3_700, writes: 0, cpuMs },
  };
  const text = summaryOf([longer, restart]);
  assert.match(
    text,
    /exist after, s\*\*: 21 .+ all processes together 18\.0 s: 2 CPUs can do that in 9\.0 s at best\.\n/,
  );
  assert.match(text, /until idle, s\*\*: 5 .+ in 9\.0 s at best, which is beyond .+ listed after 3\.7 s\.\n/);
  const lag = /event loop lag in a burst, 99 %, ms\*\*: 62 with 1,000 rooms, for a target of 50\. The 2 CPUs were busy/;
  assert.match(text, lag);
  assert.doesNotMatch(text, /waited for a CPU/);
  assert.match(
    summaryOf([burst]),
    /busy 95 % of the time, 11 % of that with the operator\. So it waited for a CPU, too/,
  );
});

test('event loop lag is explained by a profile where CPUs were to be had', () => {
  const longer: Phase = { ...burst, measured: { ...burst.measured, podsMs: 21_000 } };
  const places = [{ name: 'garbage collection on the main thread', share: 1 }];
  const profiles: Run['profiles'] = [{ phase: 'burst', rooms: 1000, places, functions: [] }];
  assert.match(
    summaryOf([longer], { profiles }),
    /99 %, ms\*\*: 62 .+ rooms: 100 % garbage collection on the main thread\./,
  );
  assert.doesNotMatch(summaryOf([burst], { profiles }), /garbage/);
});

test('others who take much of the machine are told of', () => {
  const requests = { 'POST 201': 300, 'PATCH 200': 1_000 };
  const text = summaryOf([paced(100, 500, { requestsPerRoom: 13, requests, othersPercent: 9.2 })]);
  assert.match(text, /by method and status: 3 POST 201 and 10 PATCH 200\. Others took 9\.2 % of the CPUs meanwhile\.$/);
});

test('a run that ended early says what it lacks, and no more of its targets than it knows', () => {
  const text = summaryOf([quiet(100, 100)], { steps: [100, 1000], isProfiled: true });
  assert.match(text, /^All of 1 targets that were measured are kept\.\n\nThis run is not complete\. Not measured:\n/);
  assert.match(text, /\n- with 100 and 1,000 rooms: requests per room, 10 rooms a second; conflicts .+\n/);
  assert.match(text, /\n- with 1,000 rooms: .+; 1,000 rooms at once, .+ exist after; .+; RSS; /);
  assert.match(text, /\n- where the operator's CPU goes$/);
});
