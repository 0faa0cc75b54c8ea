import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progress, remaining, spoken, waiting } from '#local/progress.ts';

function shown(columns: number | undefined) {
  const written: string[] = [];
  let nowMs = 0;
  return {
    written,
    at: (ms: number) => (nowMs = ms),
    ...progress({ write: (text) => written.push(text), columns, now: () => nowMs }),
  };
}

test('a terminal gets one bar, drawn over itself and taken away at the end', () => {
  const { written, at, task } = shown(80);
  const build = task('etcd', 60_000);
  build.update(0);
  at(30_000);
  build.update(0.5);
  build.end();
  assert.match(written[0] ?? '', /^\r {2}etcd \[ {30}\] 0 %, about 60 s left/);
  assert.match(written[1] ?? '', /^\r {2}etcd \[#{15} {15}\] 50 %, about 30 s left/);
  assert.match(written[2] ?? '', /^\r +\r$/);
  assert.ok(written.every((text) => text.replaceAll('\r', '').length < 80));
});

test('a bar is not drawn more often than the eye follows', () => {
  const { written, at, task } = shown(80);
  const build = task('etcd');
  for (let ms = 0; ms < 1000; ms += 10) {
    at(ms);
    build.update(ms / 1000);
  }
  assert.equal(written.length, 10);
});

test('a narrow terminal gets the words without the bar, never more than a line', () => {
  const { written, task } = shown(30);
  task('prometheus-operator-crds').update(0.5);
  assert.ok((written[0] ?? '').length <= 30);
});

for (const columns of [0, 1, 19]) {
  test(`a terminal that says it has ${columns} columns gets lines as a log does: a bar has no room on it`, () => {
    const { written, at, task } = shown(columns);
    const build = task('etcd', 60_000);
    at(16_000);
    build.update(0.25);
    build.end();
    assert.deepEqual(written, ['  etcd: 25 %, about 45 s left\n']);
  });
}

for (const [fraction, says] of [
  [1.5, '100 %'],
  [-0.5, '0 %'],
  [Number.NaN, '0 %'],
] as const) {
  test(`a fraction of ${fraction} is drawn as ${says}: what is shown is no reason for the work to end`, () => {
    const { written, task } = shown(80);
    task('etcd').update(fraction);
    assert.match(written.join(''), new RegExp(says));
  });
}

test('a log gets whole lines, now and then', () => {
  const { written, at, task } = shown(undefined);
  const build = task('etcd', 60_000);
  for (const ms of [1_000, 16_000, 17_000, 31_000]) {
    at(ms);
    build.update(ms / 60_000);
  }
  build.end();
  assert.deepEqual(written, ['  etcd: 26 %, about 44 s left\n', '  etcd: 51 %, about 29 s left\n']);
});

test('what is left is expected at first and measured later', () => {
  assert.equal(remaining(0, 0), undefined);
  assert.equal(remaining(0, 0, 60_000), 60_000);
  assert.equal(remaining(0.5, 10_000), 10_000);
  assert.equal(remaining(1, 50_000, 60_000), 0);
});

for (const [ms, words] of [
  [0, '1 s'],
  [40_400, '40 s'],
  [89_000, '89 s'],
  [91_000, '2 min'],
  [240_000, '4 min'],
] as const) {
  test(`${ms} ms are spoken of as ${words}`, () => assert.equal(spoken(ms), words));
}

test('work whose end cannot be seen is announced, moves with the time that it takes as a rule, and is not done before it is', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const seen: (string | number)[] = [];
  const task = (label: string) => ({ update: (to: number) => seen.push(to), end: () => seen.push(`${label} is over`) });
  const { promise, resolve } = Promise.withResolvers<string>();
  const done = waiting({ say: (text) => seen.push(text), task }, 'Prometheus', 1000, () => promise);
  for (nowMs = 250; nowMs < 2000; nowMs += 750) t.mock.timers.tick(250);
  resolve('answer');
  assert.equal(await done, 'answer');
  assert.deepEqual(seen, ['  Prometheus: some 1 s.', 0.25, 0.95, 0.95, 'Prometheus is over']);
  t.mock.timers.tick(1000);
  assert.equal(seen.length, 5);
});
