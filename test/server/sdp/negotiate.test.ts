import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { answer } from '#server/rtc/sdp/answer.ts';
import { negotiatePlay, negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { clients, sdpOf, smallOffer } from '../offers.ts';
import { local } from './local.ts';

const all: readonly Codec[] = ['H264', 'VP8', 'Opus'];
const publishers = clients.filter((client) => client.endsWith('publish'));

const counter = () => {
  let next = 100;
  return { randomSsrc: () => next++, cname: 'c' };
};

const published = (client: (typeof clients)[number], codecs = all) =>
  negotiatePublish(offer(sdpOf(client), 'send'), codecs).tracks;

for (const client of publishers) {
  test(`${client}: one codec a track, the room's first, and its redundancy`, () => {
    const names = published(client).map(({ codecs }) => codecs.map(({ name }) => name));
    const video = client === 'firefox-publish' ? 'video/vp8' : 'video/h264;42e01f;1';
    const sound = client === 'chromium-publish' ? ['audio/opus', 'audio/red'] : ['audio/opus'];
    assert.deepEqual(names.toSorted(), [sound, [video]]);
  });
}

test("the room's order decides, not the offer's", () => {
  const [, video] = published('chromium-publish', ['VP8', 'H264', 'Opus']);
  assert.deepEqual(video?.codecs, [{ name: 'video/vp8', payloadType: 96, rtxPayloadType: 97, clockRate: 90_000 }]);
});

test('whole-frame packetization of H264 goes first wherever it stands in the offer', () => {
  const zeroFirst = sdpOf('firefox-h264-publish').replace('SAVPF 120 124 121 125 126', 'SAVPF 97 120 124 121 125 126');
  const { tracks } = negotiatePublish(offer(zeroFirst, 'send'), all);
  assert.equal(tracks[1]?.codecs[0]?.name, 'video/h264;42e01f;1');
});

test('an offer without any codec of the room is refused by the names of those it has (C-10)', () => {
  assert.throws(() => negotiatePublish(offer(smallOffer(), 'send'), ['H264', 'Opus']), {
    kind: 'unusable',
    message: /^This room's video is H264\. None of that is offered in m-section 0 \(video\)\.$/,
  });
  assert.throws(() => negotiatePublish(offer(smallOffer(), 'send'), ['Opus']), {
    message: /^This room has no video\. Leave m-section 0 \(video\) out of the offer\.$/,
  });
});

test('a player gets what is published first, then the other codecs it shares with the room', () => {
  const wanted = offer(sdpOf('chromium-play'), 'receive');
  const { tracks } = negotiatePlay(wanted, all, published('chromium-publish', ['VP8', 'Opus']), counter());
  assert.deepEqual(
    tracks.map(({ kind, codecs }) => [kind, codecs.slice(0, 2).map(({ name }) => name)]),
    [
      ['video', ['video/vp8', 'video/h264;42e01f;1']],
      ['audio', ['audio/opus', 'audio/red']],
    ],
  );
});

test('a player without the codec that is published is told which one', () => {
  const wanted = offer(
    smallOffer((sdp) => sdp.replace('sendonly', 'recvonly')),
    'receive',
  );
  assert.throws(() => negotiatePlay(wanted, all, published('obs-publish'), counter()), {
    kind: 'unusable',
    message:
      /the publisher sends H264 Constrained Baseline with packetization-mode=1, which is not offered. Offer it, or have the publisher send VP8./,
  });
});

test('a player may ask for a kind that nobody publishes: its track waits', () => {
  const wanted = offer(sdpOf('chromium-play'), 'receive');
  const onlyAudio = published('obs-publish').filter(({ kind }) => kind === 'audio');
  assert.equal(negotiatePlay(wanted, all, onlyAudio, counter()).tracks.length, 2);
});

test('a player is refused the kind that the room never has, and gets the other, whichever comes first', () => {
  const wanted = offer(sdpOf('chromium-play'), 'receive');
  for (const [codec, mid, refused] of [
    ['VP8', '0', 'm=audio 0 UDP/TLS/RTP/SAVPF 111'],
    ['Opus', '1', 'm=video 0 UDP/TLS/RTP/SAVPF 96'],
  ] as const) {
    const { media, tracks } = negotiatePlay(wanted, [codec], [], counter());
    assert.deepEqual(
      tracks.map((track) => track.mid),
      [mid],
    );
    const lines = answer(media, local, 1).split('\r\n');
    assert.ok(lines.includes(`a=group:BUNDLE ${mid}`), codec);
    const at = lines.indexOf(refused);
    assert.deepEqual(
      lines.slice(at + 1, at + 4),
      ['c=IN IP4 0.0.0.0', `a=mid:${1 - Number(mid)}`, 'a=inactive'],
      codec,
    );
    assert.equal(lines.filter((line) => line.startsWith('a=candidate:')).length, 1, codec);
  }
  const onlyVideo = offer(
    smallOffer((sdp) => sdp.replace('sendonly', 'recvonly')),
    'receive',
  );
  assert.throws(() => negotiatePlay(onlyVideo, ['Opus'], [], counter()), { message: /^This room has no video\./ });
});

test("tracks have SSRCs of their own, one for retransmissions where the player has those, and the client's mid", () => {
  const wanted = offer(sdpOf('chromium-play'), 'receive');
  const { tracks } = negotiatePlay(wanted, all, published('obs-publish'), counter());
  const seen = tracks.map(({ mid, ssrc, rtxSsrc, cname, nack }) => ({ mid, ssrc, rtxSsrc, cname, nack }));
  assert.deepEqual(seen, [
    { mid: '0', ssrc: 100, rtxSsrc: 101, cname: 'c', nack: true },
    { mid: '1', ssrc: 102, rtxSsrc: undefined, cname: 'c', nack: false },
  ]);
});

test('the answer to OBS, line by line (C-05, C-07, C-08)', () => {
  const { media } = negotiatePublish(offer(sdpOf('obs-publish'), 'send'), all);
  const transport = [
    'a=ice-ufrag:usr+',
    'a=ice-pwd:secretsecretsecretsecret',
    'a=fingerprint:sha-256 AB:CD',
    'a=setup:passive',
    'a=recvonly',
    'a=rtcp-mux',
  ];
  assert.deepEqual(answer(media, local, 42).split('\r\n'), [
    'v=0',
    'o=- 42 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE 0 1',
    'a=msid-semantic: WMS *',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    ...transport,
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1',
    'a=candidate:1 1 udp 2130706431 192.0.2.7 7001 typ host',
    'a=end-of-candidates',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'c=IN IP4 0.0.0.0',
    'a=mid:1',
    ...transport,
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
    'a=rtcp-fb:96 nack',
    'a=rtcp-fb:96 nack pli',
    '',
  ]);
});

test("a player's answer names one stream, our SSRCs, and the retransmissions' group (C-06, C-09)", () => {
  const wanted = offer(sdpOf('chromium-play'), 'receive');
  const { media } = negotiatePlay(wanted, all, published('chromium-publish'), counter());
  const lines = new Set(answer(media, local, 1).split('\r\n'));
  for (const line of [
    'a=sendonly',
    'a=msid:live video',
    'a=msid:live audio',
    'a=ssrc-group:FID 100 101',
    'a=ssrc:100 cname:c',
    'a=ssrc:102 msid:live audio',
    'a=rtpmap:103 rtx/90000',
    'a=fmtp:103 apt=102',
    'a=rtcp-rsize',
  ])
    assert.ok(lines.has(line), `missing: ${line}`);
});

test('a player that estimates its link is sent the times for it, where what is sent again is a stream of its own', () => {
  const wanted = offer(sdpOf('chromium-play'), 'receive');
  const { media, tracks } = negotiatePlay(wanted, all, [], counter());
  const lines = answer(media, local, 1).split('\r\n');
  assert.deepEqual(
    tracks.map(({ extensions }) => Object.keys(extensions)),
    [
      ['mid', 'absSendTime', 'playoutDelay'],
      ['mid', 'absSendTime', 'audioLevel'],
    ],
  );
  assert.ok(lines.includes('a=rtcp-fb:96 goog-remb'));
  assert.ok(!lines.some((line) => line.endsWith('transport-cc')));
  const plain = offer(sdpOf('chromium-play').replaceAll(/a=rtpmap:\d+ rtx.*\r\n/g, ''), 'receive');
  const [video] = negotiatePlay(plain, all, [], counter()).tracks;
  assert.deepEqual(Object.keys(video?.extensions ?? {}), ['mid', 'playoutDelay']);
});

test('the answer has every address of the server, IPv4 before IPv6, and says that these are all (C-07)', () => {
  const candidates = ['2001:db8::7', '192.0.2.7'].map((address) => ({ address, port: 7001 }));
  const { media } = negotiatePublish(offer(sdpOf('chromium-publish'), 'send'), all);
  const lines = answer(media, { ...local, candidates }, 1).split('\r\n');
  assert.deepEqual(
    lines.filter((line) => /^a=(candidate|end-of)/.test(line)),
    [
      'a=candidate:1 1 udp 2130706431 192.0.2.7 7001 typ host',
      'a=candidate:2 1 udp 2130706175 2001:db8::7 7001 typ host',
      'a=end-of-candidates',
    ],
  );
});

test('a=rtcp-mux-only may be offered, and is answered with a=rtcp-mux alone (C-08)', () => {
  const only = sdpOf('chromium-publish').replaceAll('a=rtcp-mux\r\n', 'a=rtcp-mux\r\na=rtcp-mux-only\r\n');
  const { media } = negotiatePublish(offer(only, 'send'), all);
  const lines = answer(media, local, 1).split('\r\n');
  assert.equal(lines.filter((line) => line === 'a=rtcp-mux').length, 2);
  assert.ok(!lines.includes('a=rtcp-mux-only'), 'RFC 8858 section 4.3 forbids it in an answer');
});

test('no codec, extension or feedback stands in an answer that was not offered', () => {
  const text = sdpOf('chromium-publish');
  const { media } = negotiatePublish(offer(text, 'send'), all);
  const offered = new Set(text.split('\r\n'));
  const repeated = answer(media, local, 1)
    .split('\r\n')
    .filter((line) => /^a=(rtpmap|fmtp|rtcp-fb|extmap|mid)/.test(line));
  assert.ok(repeated.length > 8);
  assert.deepEqual(
    repeated.filter((line) => !offered.has(line)),
    [],
  );
});
