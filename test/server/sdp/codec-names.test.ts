import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { sdpOf } from '../offers.ts';

test('of several profiles the first that is offered goes first, and the words of a client never stand in a name', () => {
  const name = (change: (sdp: string) => string, codec: Codec) =>
    negotiatePublish(offer(change(sdpOf('chromium-publish')), 'send'), [codec, 'Opus']).tracks[1]?.codecs[0]?.name;
  assert.equal(
    name((sdp) => sdp, 'VP9'),
    'video/vp9;0',
  );
  assert.equal(
    name((sdp) => sdp.replace('profile=0', 'profile=1'), 'AV1'),
    'video/av1;1',
  );
  assert.equal(
    name((sdp) => sdp.replace('profile-id=0', 'profile-id=constructor'), 'VP9'),
    'video/vp9;0',
  );
});
