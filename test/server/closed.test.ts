import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closed } from '#server/session/closed.ts';

const settings = {
  rooms: [],
  drainTimeoutMs: 0,
  tokens: new Map(),
  jwtSecrets: new Map(),
  turnSecrets: new Map(),
  spokenTokens: new Map(),
  announced: [{ address: '192.0.2.1', port: 7882 }],
};

test('a server that goes, knows no address or is short of memory takes no sessions, and says when to come again (C-29)', () => {
  const told = (state: object, isShort = false) => {
    const refusal = closed({ isDraining: false, settings, ...state }, isShort);
    return refusal && [refusal.reason, refusal.retryAfterMs];
  };
  assert.equal(told({}), undefined);
  assert.deepEqual(told({}, true), ['Overloaded', 5000]);
  assert.deepEqual(told({ isDraining: true }, true), ['Draining', 1000]);
  assert.deepEqual(told({ settings: { ...settings, announced: undefined } }, true), ['NotReady', 2000]);
});
