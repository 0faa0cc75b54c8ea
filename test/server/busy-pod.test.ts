import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdpOf } from './offers.ts';
import { post, problem, running } from './running.ts';

const rooms = 'rooms: [{name: open, publish: {auth: {mode: None}}, play: {auth: {mode: None}}}]';

test('a pod whose threads are busy tells viewers when to come again, counts them, and takes the publisher (C-29)', async (t) => {
  const at = await running(rooms, { busyLimitRatio: 0 });
  t.after(() => at.stop());
  const refused = await post(at, '/default/open/whep', sdpOf('chromium-play'));
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '10');
  assert.equal((await problem(refused)).type, 'urn:liveroom:problem:busy');
  assert.equal((await post(at, '/default/open/whip', sdpOf('chromium-publish'))).status, 201);
  assert.equal(await at.metric('live_requests_refused_total{reason="Busy"}'), 1);
  assert.equal(await at.metric('live_pod_busy'), 1);
});
