import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import type { DownTrack } from '#server/media/plane.ts';
import { answer } from '#server/rtc/sdp/answer.ts';
import { negotiatePlay, negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { sdpOf } from '../offers.ts';

const room: readonly Codec[] = ['VP8', 'Opus'];
const chromium = sdpOf('chromium-publish');
/** As a page makes it by setCodecPreferences. */
const redFirst = chromium.replace('SAVPF 111 63', 'SAVPF 63 111');

const local = { iceUfrag: 'u', icePwd: 'p', fingerprint: 'f', setup: 'passive', candidates: [] } as const;
const counter = () => {
  let next = 100;
  return { randomSsrc: () => next++, cname: 'c' };
};

const published = (sdp: string, codecs = room) => negotiatePublish(offer(sdp, 'send'), codecs);
const soundLine = ({ media }: Pick<ReturnType<typeof published>, 'media'>) =>
  answer(media, local, 1)
    .split('\r\n')
    .find((line) => line.startsWith('m=audio'));
const soundOf = ({ tracks }: { readonly tracks: readonly Pick<DownTrack, 'kind' | 'codecs'>[] }) =>
  tracks.find(({ kind }) => kind === 'audio')?.codecs.map(({ name, blockType }) => [name, blockType]);
const both = [
  ['audio/opus', undefined],
  ['audio/red', 111],
];

test('a publisher may send sound with redundancy, and does if it prefers to, or if the room asks for it', () => {
  for (const [sdp, codecs, types] of [
    [chromium, room, '111 63'],
    [redFirst, room, '63 111'],
    [chromium, ['VP8', 'RED', 'Opus'], '63 111'],
    [chromium, ['VP8', 'Opus', 'RED'], '63 111'],
  ] as const) {
    const agreed = published(sdp, codecs);
    assert.equal(soundLine(agreed), `m=audio 9 UDP/TLS/RTP/SAVPF ${types}`);
    assert.deepEqual(soundOf(agreed), both);
  }
  const lines = answer(published(chromium).media, local, 1).split('\r\n');
  assert.ok(lines.includes('a=rtpmap:63 red/48000/2') && lines.includes('a=fmtp:63 111/111'));
});

test('redundancy that is not of Opus alone, or of nobody knows what, is passed over', () => {
  for (const parameters of ['111/63', '9/9', '111/9', 'x/x', '/'])
    assert.deepEqual(
      soundOf(published(chromium.replace('a=fmtp:63 111/111', `a=fmtp:63 ${parameters}`))),
      [['audio/opus', undefined]],
      parameters,
    );
  assert.deepEqual(soundOf(published(chromium.replace('a=fmtp:63 111/111\r\n', ''))), [['audio/opus', undefined]]);
});

test('a room without Opus has no sound, whatever it says of redundancy', () => {
  assert.throws(() => published(chromium, ['VP8', 'RED']), { message: /^This room has no audio\./ });
  const { tracks } = negotiatePlay(offer(sdpOf('chromium-play'), 'receive'), ['VP8', 'RED'], [], counter());
  assert.deepEqual(
    tracks.map(({ kind }) => kind),
    ['video'],
  );
});

test('a player that knows redundancy may be sent it, whoever publishes; one that does not is let in all the same', () => {
  for (const tracks of [[], published(chromium).tracks, published(sdpOf('obs-publish'), ['H264', 'Opus']).tracks]) {
    const play = (client: 'chromium-play' | 'aiortc-play') =>
      negotiatePlay(offer(sdpOf(client), 'receive'), ['H264', 'VP8', 'Opus'], tracks, counter());
    const agreed = play('chromium-play');
    assert.deepEqual(soundOf(agreed), both);
    assert.equal(soundLine(agreed), 'm=audio 9 UDP/TLS/RTP/SAVPF 111 63');
    assert.deepEqual(soundOf(play('aiortc-play')), [['audio/opus', undefined]]);
  }
});
