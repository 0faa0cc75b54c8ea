import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { answer } from '#server/rtc/sdp/answer.ts';
import { negotiatePlay, negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { sdpOf } from '../offers.ts';

const room: readonly Codec[] = ['VP8', 'Opus'];
const local = { iceUfrag: 'u', icePwd: 'p', fingerprint: 'f', setup: 'passive', candidates: [] } as const;
const counter = () => {
  let next = 100;
  return { randomSsrc: () => next++, cname: 'c' };
};

const descriptor = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
/** As a page makes it by setHeaderExtensionsToNegotiate. */
const withDescriptor = (sdp: string) =>
  sdp.replace(/(m=video[\s\S]*?a=mid:\w+\r\n)/, `$1a=extmap:12 ${descriptor}\r\n`);
const linesOf = (sdp: string, wants: 'send' | 'receive') => {
  const wanted = offer(sdp, wants);
  const agreed = wants === 'send' ? negotiatePublish(wanted, room) : negotiatePlay(wanted, room, [], counter());
  return answer(agreed.media, local, 1).split('\r\n');
};
const extensionLines = (lines: readonly string[]) =>
  lines.filter((line) => /audio-level|playout-delay|dependency-descriptor|orientation|allow-mixed/.test(line));

test('levels of sound and delays are agreed on with whoever offers them', () => {
  assert.deepEqual(extensionLines(linesOf(sdpOf('chromium-publish'), 'send')), [
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  ]);
  assert.deepEqual(extensionLines(linesOf(sdpOf('chromium-play'), 'receive')), [
    'a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
    'a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  ]);
  assert.deepEqual(extensionLines(linesOf(sdpOf('obs-publish').replaceAll('H264', 'VP8'), 'send')), []);
});

test('the turn of a picture is not: publishers without it turn the picture itself, which every viewer sees', () => {
  assert.ok(sdpOf('chromium-publish').includes('urn:3gpp:video-orientation'));
  assert.ok(!linesOf(sdpOf('chromium-publish'), 'send').some((line) => line.includes('orientation')));
});

test('descriptors go with headers of both forms: whoever does not take those is sent none', () => {
  const line = `a=extmap:12 ${descriptor}`;
  for (const [client, wants] of [
    ['chromium-publish', 'send'],
    ['chromium-play', 'receive'],
  ] as const) {
    const lines = linesOf(withDescriptor(sdpOf(client)), wants);
    assert.ok(lines.includes(line), client);
    assert.ok(lines.indexOf('a=extmap-allow-mixed') < lines.findIndex((each) => each.startsWith('m=')), client);
  }
  const plain = withDescriptor(sdpOf('chromium-play')).replace('a=extmap-allow-mixed\r\n', '');
  assert.deepEqual(
    extensionLines(linesOf(plain, 'receive')).filter((each) => /descriptor|mixed/.test(each)),
    [],
  );
  const up = withDescriptor(sdpOf('chromium-publish')).replace('a=extmap-allow-mixed\r\n', '');
  assert.deepEqual(
    extensionLines(linesOf(up, 'send')).filter((each) => /descriptor|mixed/.test(each)),
    [line],
    'what a publisher sends is read in either form',
  );
});

test('so do ids that only heads of two bytes hold, as headers without their elements have the short form', () => {
  const lines = (sdp: string) => extensionLines(linesOf(sdp, 'receive'));
  const offered = sdpOf('chromium-play').replaceAll(/extmap:5 (\S+playout-delay)/g, 'extmap:16 $1');
  const [level, delay] = [
    'a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=extmap:16 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  ];
  assert.deepEqual(lines(offered), ['a=extmap-allow-mixed', delay, level]);
  assert.deepEqual(lines(offered.replace('a=extmap-allow-mixed\r\n', '')), [level]);
});
