import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extensionLines, offeredExtensions, usedExtensions } from '#server/rtc/sdp/extensions.ts';

const mid = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const playoutDelay = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

const offered = (wants: 'send' | 'receive', ...values: readonly string[]) =>
  offeredExtensions(
    values.map((value) => ({ name: 'extmap', value })),
    wants,
  );

test('extensions are known by their URI, whatever their id and attributes', () => {
  const descriptor = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
  assert.deepEqual(offered('send', `3 ${mid}`, '4 urn:unknown', `200 ${descriptor} some attributes`), {
    mid: 3,
    dependencyDescriptor: 200,
  });
});

test('one that goes only the other way is none', () => {
  const lines = [`3/sendrecv ${mid}`, `6/recvonly ${playoutDelay}`];
  assert.deepEqual(offered('send', ...lines), { mid: 3 });
  assert.deepEqual(offered('receive', ...lines), { mid: 3, playoutDelay: 6 });
  assert.deepEqual(offered('receive', `3/sendonly ${mid}`, `6/inactive ${playoutDelay}`), {});
});

test('ids that no header can have are passed over, and of two for one URI the first counts', () => {
  for (const id of ['0', '15', '256', '4096', 'x', '-1', '']) assert.deepEqual(offered('send', `${id} ${mid}`), {}, id);
  assert.deepEqual(offered('send', `3 ${mid}`, `5 ${mid}`), { mid: 3 });
});

test('an answer has those that are used, with the ids of the offer', () => {
  const used = usedExtensions({ mid: 3, playoutDelay: 6 }, ['mid', 'rid']);
  assert.deepEqual(used, { mid: 3 });
  assert.deepEqual(extensionLines(used), [`a=extmap:3 ${mid}`]);
});
