import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallOffer } from './offers.ts';
import { running, tokens } from './running.ts';

test('paths of live-webrtc-go lead to the room of that name, and its token may be in X-Auth-Token', async (t) => {
  const at = await running('rooms: [{name: stage}]');
  t.after(() => at.stop());
  const offered = (path: string, token: string, body: string) =>
    at.fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/sdp', 'X-Auth-Token': token }, body });
  const offer = smallOffer();
  assert.equal((await offered('/api/whip/publish/stage', tokens.play, offer)).status, 401);
  const published = await offered('/api/whip/publish/stage', tokens.publish, offer);
  assert.equal(published.status, 201);
  assert.match(published.headers.get('location') ?? '', /^\/default\/stage\/whip\//);
  const played = await offered('/api/whep/play/stage', tokens.play, offer.replace('sendonly', 'recvonly'));
  assert.equal(played.status, 201);
  assert.equal(await at.metric('live_http_requests_total{route="whep",method="POST",code="201"}'), 1);
  assert.equal((await offered('/api/whip/publish/nowhere', tokens.publish, offer)).status, 404);
  const { status } = await at.fetch(played.headers.get('location') ?? '', {
    method: 'DELETE',
    headers: { Authorization: 'Bearer wrong', 'X-Auth-Token': tokens.play },
  });
  assert.equal(status, 401, 'where both are sent, Authorization is meant');
});
