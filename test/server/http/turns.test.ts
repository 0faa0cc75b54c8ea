import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { turns } from '#server/http/turns.ts';
import { fakeClock } from '../fake-clock.ts';

/** Ten answers a second, three of them at once; `came` has the names of those whose turn has come. */
function scene() {
  const clock = fakeClock();
  const turn = turns({ perSecond: 10, burst: 3, clock });
  const came: string[] = [];
  const ask = (caller: string) => {
    const { come, leave } = turn(caller);
    void come.then(() => came.push(caller));
    return leave;
  };
  const after = async (ms: number) => {
    clock.advance(ms);
    await setImmediate();
    return came.join('');
  };
  return { clock, ask, after };
}

test('so many are answered at once, and the rest one after the other at the rate', async () => {
  const { ask, after } = scene();
  for (let i = 0; i < 5; i++) ask('a');
  assert.equal(await after(0), 'aaa');
  assert.equal(await after(99), 'aaa');
  assert.equal(await after(1), 'aaaa');
  assert.equal(await after(100), 'aaaaa');
});

test('after a quiet time as many come at once again, and no more', async () => {
  const { ask, after } = scene();
  for (let i = 0; i < 3; i++) ask('a');
  await after(60_000);
  for (let i = 0; i < 4; i++) ask('b');
  assert.equal(await after(0), 'aaabbb');
});

test('callers take turns: who comes after a flood waits for one answer, not for all of it', async () => {
  const { ask, after } = scene();
  for (let i = 0; i < 100; i++) ask('a');
  ask('b');
  ask('c');
  assert.equal(await after(400), 'aaaabca');
});

test('nobody waits behind one who has left, and a flood that has gone is forgotten', async () => {
  const { clock, ask, after } = scene();
  const leaving = Array.from({ length: 50 }, () => ask('a'));
  for (const leave of leaving) leave();
  ask('b');
  assert.equal(await after(100), 'aaab');
  await after(1000);
  assert.equal(clock.pending(), 0);
});

test('a caller of whom one has left keeps its place', async () => {
  const { ask, after } = scene();
  for (let i = 0; i < 3; i++) ask('a');
  const leave = ask('b');
  for (const caller of 'bcc') ask(caller);
  leave();
  assert.equal(await after(200), 'aaabc');
});

test('a clock that is set back stops nobody', async () => {
  const { clock, ask, after } = scene();
  for (let i = 0; i < 4; i++) ask('a');
  const { now } = clock;
  Object.assign(clock, { now: () => now() - 3_600_000 });
  await after(100);
  assert.equal(await after(100), 'aaaa');
});
