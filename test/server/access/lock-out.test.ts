import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockOut, lockOutLimits } from '#server/access/lock-out.ts';
import { fakeClock } from '../fake-clock.ts';

const { failures, withinMs, lockMs, maxLockMs } = lockOutLimits;
const suspect = { addressKey: '192.0.2.1', room: 'events/keynote' };
const token = 'some token';

function scene(remembered = lockOutLimits.remembered) {
  const clock = fakeClock(Date.UTC(2026, 10, 22));
  const guard = lockOut(clock, { ...lockOutLimits, remembered });
  let guesses = 0;
  const fail = (times: number, who = suspect) =>
    Array.from({ length: times }, () => guard.failed(who, `guess ${guesses++}`)).at(-1);
  return { clock, fail, ...guard };
}

test('ten wrong tokens within a minute lock an address out of a room for a minute', () => {
  const { clock, fail, lockedForMs } = scene();
  assert.equal(fail(failures - 1), 0);
  assert.equal(lockedForMs(suspect, token), 0);
  assert.equal(fail(1), lockMs);
  assert.equal(lockedForMs(suspect, token), lockMs);
  clock.advance(lockMs - 1);
  assert.equal(lockedForMs(suspect, token), 1);
  clock.advance(1);
  assert.equal(lockedForMs(suspect, token), 0);
});

test('it locks out of no other room, and no other address', () => {
  const { fail, lockedForMs } = scene();
  fail(failures);
  assert.equal(lockedForMs({ ...suspect, room: 'events/other' }, token), 0);
  assert.equal(lockedForMs({ ...suspect, addressKey: '192.0.2.2' }, token), 0);
});

test('failures that are spread over time lock nobody out', () => {
  const { clock, fail, lockedForMs } = scene();
  for (let i = 0; i < 100; i++) {
    assert.equal(fail(failures - 1), 0);
    clock.advance(withinMs);
  }
  assert.equal(lockedForMs(suspect, token), 0);
});

test('each lock is twice as long as the one before it, up to a limit, and a quiet time makes it short again', () => {
  const { clock, fail } = scene();
  const locks = Array.from({ length: 6 }, () => {
    const ms = fail(failures) ?? 0;
    clock.advance(ms);
    return ms / lockMs;
  });
  assert.deepEqual(locks, [1, 2, 4, 8, 15, 15]);
  clock.advance(maxLockMs);
  assert.equal(fail(failures), lockMs);
});

test('a token that was right before is still looked at while its address is locked out, in its own room', () => {
  const { fail, succeeded, lockedForMs } = scene();
  succeeded(suspect.room, token);
  fail(failures);
  assert.equal(lockedForMs(suspect, token), 0);
  assert.equal(lockedForMs(suspect, 'another'), lockMs);
  const other = { ...suspect, room: 'events/other' };
  fail(failures, other);
  assert.equal(lockedForMs(other, token), lockMs);
});

test('the same wrong token again is no guess: a player may try it all day', () => {
  const { fail, failed } = scene();
  for (let i = 0; i < 1000; i++) assert.equal(failed(suspect, 'mistyped'), 0);
  assert.equal(fail(failures - 2), 0);
  assert.equal(fail(1), lockMs);
});

test('what was under way when the lock fell makes it no longer', () => {
  const { clock, fail, lockedForMs } = scene();
  fail(200);
  assert.equal(lockedForMs(suspect, token), lockMs);
  clock.advance(lockMs);
  assert.equal(fail(failures), 2 * lockMs);
});

test('a right token makes no failures undone: one who guesses may have a neighbour who knows', () => {
  const { fail, succeeded } = scene();
  fail(failures - 1);
  succeeded(suspect.room, token);
  assert.equal(fail(1), lockMs);
});

test('no flood of addresses fills the memory', () => {
  const { fail, size } = scene(100);
  for (let i = 0; i < 10_000; i++) fail(1, { ...suspect, addressKey: `address ${i}` });
  assert.equal(size(), 100);
});

test('a clock that is set back makes no lock longer', () => {
  const { clock, fail, lockedForMs } = scene();
  fail(failures);
  const { now } = clock;
  Object.assign(clock, { now: () => now() - 3_600_000 });
  assert.equal(lockedForMs(suspect, token), 0);
  assert.equal(fail(failures), lockMs);
});
