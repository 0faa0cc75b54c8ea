import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threadLoad } from '#server/media/thread-load.ts';

/** A loop whose timer of 50 ms is turned by hand; `turn` lets so much time pass first, for part of which it was busy. */
function loop() {
  const time = { now: 1000, active: 300, idle: 700 };
  const load = threadLoad(
    50,
    () => time.now,
    () => ({ active: time.active, idle: time.idle }),
  );
  const pass = (ms: number, busyMs: number) => {
    time.now += ms;
    time.active += busyMs;
    time.idle += ms - busyMs;
  };
  return {
    ...load,
    pass,
    turn(ms: number, busyMs = 0) {
      pass(ms, busyMs);
      load.turn();
    },
  };
}

test('at the start a loop has done nothing, whatever it did before', () =>
  assert.deepEqual(loop().seen(), { utilization: 0, lagSeconds: 0 }));

test('a loop that turns in time has no lag, and is as busy as it was', () => {
  const { turn, seen } = loop();
  for (let i = 0; i < 20; i++) turn(50, 10);
  assert.deepEqual(seen(), { utilization: 0.2, lagSeconds: 0 });
});

test('the lag is that of the worst turn, and is seen for five to ten seconds', () => {
  const { turn, seen } = loop();
  turn(350, 350);
  turn(60, 60);
  assert.equal(seen().lagSeconds, 0.3);
  const seenFor = [];
  for (let seconds = 0; seconds < 12; seconds++) {
    for (let i = 0; i < 20; i++) turn(50);
    if (seen().lagSeconds > 0) seenFor.push(seconds);
  }
  assert.ok(seenFor.length >= 5 && seenFor.length <= 10, `seen for ${seenFor.length} s`);
});

test('looking changes nothing: two who look see the same', () => {
  const { turn, seen } = loop();
  turn(150, 100);
  assert.deepEqual(seen(), seen());
});

test('what a loop did long ago does not count', () => {
  const { turn, seen } = loop();
  for (let i = 0; i < 400; i++) turn(50, 50);
  for (let i = 0; i < 201; i++) turn(50, 0);
  assert.equal(seen().utilization, 0);
});

test('a turn that is overdue shows before it comes', () => {
  const { pass, seen } = loop();
  pass(1050, 1050);
  assert.deepEqual(seen(), { utilization: 1, lagSeconds: 1 });
});
