import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { offeredCodecs } from '#server/rtc/sdp/codec.ts';
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
  assert.equal(
    name((sdp) => sdp.replaceAll(/profile-level-id=\w+/g, 'profile-level-id=<b>{"}'), 'H264'),
    'video/h264;42e01f;1',
  );
});

test('however many codecs are offered, each line is read a few times, and not for each of them', () => {
  const types = Array.from({ length: 128 }, (_, i) => i);
  let reads = 0;
  const attribute = (name: string, value: string) => ({
    name,
    get value() {
      reads += 1;
      return value;
    },
  });
  const profile = (i: number) => (0x100 + i).toString(16).padStart(4, '0');
  const attributes = [
    ...types.map((i) => attribute('rtpmap', `${i} H264/90000`)),
    ...types.map((i) => attribute('fmtp', `${i} profile-level-id=${profile(i)}1f`)),
    ...types.map((i) => attribute('rtcp-fb', `${i} nack pli`)),
  ];
  const media = { place: '', kind: 'video', port: 9, protocol: '', formats: types.map(String), attributes };
  const codecs = offeredCodecs(media);
  assert.ok(codecs.length > 100 && codecs.every(({ pli, nack }) => pli && !nack));
  assert.ok(reads <= 4 * attributes.length, `${reads} reads of ${attributes.length} lines`);
});
