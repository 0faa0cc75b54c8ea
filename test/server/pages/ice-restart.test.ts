import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartedAnswer, restartFragment } from '#server/http/pages/ice-restart.js';
import { iceFragment, restartFragment as serverFragment } from '#server/rtc/sdp/sdpfrag.ts';
import { sdpOf } from '../offers.ts';

const reached = (address: string) => [{ address, port: 7001 }];

test('what a page sends for a restart is what the server reads', () => {
  const { iceUfrag, icePwd, candidates } = iceFragment(restartFragment(sdpOf('chromium-play')));
  assert.match(`${iceUfrag} ${icePwd}`, /^\S{4,} \S{22,}$/);
  assert.deepEqual(candidates, []);
});

test('the answer has the ICE of the server’s fragment in each section, its candidates once, and else what it had', () => {
  const answer = ['v=0', 'a=ice-lite', 'm=audio', 'a=ice-ufrag:old', 'a=ice-pwd:older', 'a=candidate:1 old'];
  const sdp = [...answer, 'a=candidate:2 old', 'a=mid:0', 'm=video', 'a=ice-ufrag:old', 'a=ice-pwd:older', ''].join(
    '\r\n',
  );
  const local = { iceUfrag: 'new1', icePwd: 'a-new-password-of-22-ch', candidates: reached('192.0.2.9') };
  const fragment = serverFragment(local, { kind: 'audio', mid: '0' });
  const lines = restartedAnswer(sdp, fragment).split('\r\n');
  const [candidate] = lines.filter((line) => line.startsWith('a=candidate'));
  assert.match(candidate ?? '', /192\.0\.2\.9 7001/);
  const ice = ['a=ice-ufrag:new1', 'a=ice-pwd:a-new-password-of-22-ch'];
  assert.deepEqual(lines, ['v=0', 'a=ice-lite', 'm=audio', ...ice, candidate, 'a=mid:0', 'm=video', ...ice, '']);
});
