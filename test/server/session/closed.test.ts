import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Role } from '#server/room/room.ts';
import { closed } from '#server/session/closed.ts';
import { serverSettings } from '#test/server/settings-of.ts';

const settings = serverSettings([], [{ address: '192.0.2.1', port: 7882 }]);

const enough = { isShortOfMemory: false, isBusy: false };

const told = (state: object, shortage: object = {}, role: Role = 'subscriber') => {
  const refusal = closed(role, { isDraining: false, settings, ...state }, { ...enough, ...shortage });
  return refusal && [refusal.reason, refusal.retryAfterMs];
};

test('a server that goes, knows no address or is short of memory takes no sessions, and says when to come again (C-29)', () => {
  const isShort = { isShortOfMemory: true };
  assert.equal(told({}), undefined);
  assert.deepEqual(told({}, isShort), ['Overloaded', 5000]);
  assert.deepEqual(told({}, isShort, 'publisher'), ['Overloaded', 5000]);
  assert.deepEqual(told({ isDraining: true }, isShort), ['Draining', 1000]);
  assert.deepEqual(told({ settings: { ...settings, announced: undefined } }, isShort), ['NotReady', 2000]);
});

test('a server that is busy takes no viewers, but the publisher for whom those wait who are there (C-29)', () => {
  assert.deepEqual(told({}, { isBusy: true }), ['Busy', 10_000]);
  assert.equal(told({}, { isBusy: true }, 'publisher'), undefined);
});
