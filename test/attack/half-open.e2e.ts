import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityLimits } from '#server/session/capacity.ts';
import { crowded } from './crowding.ts';

const asks = 2000;
/** A publisher and a viewer of another room, and one of this. */
const lateComers = 3;

test('a crowd of two thousand that never finishes keeps nobody from getting in, and is gone when its time is over', async (t) => {
  const seen = await crowded(asks, (text) => t.diagnostic(text));
  t.diagnostic(JSON.stringify(seen));
  const { answers, heard, timedOut, refused, rssMB } = seen;
  const { 201: admitted = 0, 503: turnedAway = 0 } = answers;
  assert.equal(admitted + turnedAway, asks, JSON.stringify(answers));
  assert.ok(admitted >= 100, JSON.stringify(answers));
  assert.ok(seen.mostSessions <= capacityLimits.room + lateComers, `${seen.mostSessions} at a time`);
  assert.ok(heard > 0, 'handshakes began');
  assert.equal(seen.deliveredPart, 1);
  assert.equal(timedOut, admitted, 'each is counted that got no further');
  assert.ok(refused >= turnedAway);
  assert.equal(seen.sessionsLeft, 0);
  assert.ok(rssMB.most - rssMB.before < 200, `${rssMB.before} MB became ${rssMB.most} MB`);
});
