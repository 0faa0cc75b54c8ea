import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onlyCodec, refusedSending, withStartBitrate } from '#server/http/pages/sending.js';
import { negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { smallOffer } from '#test/server/offers.ts';

const lines = (...text: string[]) => text.map((line) => `${line}\r\n`).join('');

test('without a choice all codecs are offered, in their order', () => {
  const codecs = ['video/VP8', 'video/rtx', 'video/H264'].map((mimeType) => ({ mimeType }));
  assert.deepEqual(onlyCodec(codecs, ''), codecs);
});

test('a chosen codec is offered in all of its profiles, with what repairs losses and nothing else', () => {
  const codecs = ['video/VP8', 'video/rtx', 'video/H264', 'video/AV1', 'video/H264'].map((mimeType) => ({ mimeType }));
  const names = onlyCodec(codecs, 'H264').map(({ mimeType }) => mimeType);
  assert.deepEqual(names, ['video/rtx', 'video/H264', 'video/H264']);
});

test('the start bitrate joins the parameters of the video codec, and of no other', () => {
  const audio = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10'];
  const video = ['m=video 9 UDP/TLS/RTP/SAVPF 102 103', 'a=rtpmap:102 H264/90000', 'a=fmtp:102 packetization-mode=1'];
  const rest = ['a=rtpmap:103 rtx/90000', 'a=fmtp:103 apt=102'];
  assert.equal(
    withStartBitrate(lines('v=0', ...audio, ...video, ...rest)),
    lines('v=0', ...audio, ...video.slice(0, 2), `${video[2]};x-google-start-bitrate=1800`, ...rest),
  );
});

test('a video codec without parameters gets a line of its own', () => {
  assert.equal(
    withStartBitrate(lines('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack')),
    lines(
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'a=rtpmap:96 VP8/90000',
      'a=fmtp:96 x-google-start-bitrate=1800',
      'a=rtcp-fb:96 nack',
    ),
  );
});

test('an answer without video stays as it is', () => {
  const sdp = lines('v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=fmtp:111 minptime=10');
  assert.equal(withStartBitrate(sdp), sdp);
});

for (const [name, codecs, chosen, words] of [
  ['of its chosen codec', ['H264'], 'VP8', /^This room's video is H264\. Press Stop, choose another video codec/],
  ['of all it has', ['H264'], '', /^This room's video is H264\. This browser cannot send that/],
  ['of any picture', ['Opus'], 'VP8', /^This room has no video\. This page always sends picture and sound/],
] as const) {
  test(`a publisher whose room has no use ${name} is told what to do on the page`, () => {
    const refused = (error: Error) => words.test(refusedSending(chosen, error.message));
    assert.throws(() => negotiatePublish(offer(smallOffer(), 'send'), codecs), refused);
  });
}
