import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offer } from '#server/rtc/sdp/offer.ts';
import { SdpError } from '#server/rtc/sdp/sdp.ts';
import { type clients, sdpOf, smallOffer } from '../offers.ts';

const summary = (text: string, wants: 'send' | 'receive') =>
  offer(text, wants).media.map(({ kind, mid, ssrc, extensions, codecs }) => ({
    kind,
    mid,
    ssrc,
    extensions,
    codecs: codecs.map(({ name, payloadType, rtxPayloadType }) => [name, payloadType, rtxPayloadType]),
  }));

test("Chromium's publisher offers Opus and every codec of video, each with retransmissions", () => {
  assert.deepEqual(summary(sdpOf('chromium-publish'), 'send'), [
    {
      kind: 'audio',
      mid: '0',
      ssrc: 1207925721,
      extensions: { audioLevel: 1, absSendTime: 2, transportWide: 3, mid: 4 },
      codecs: [
        ['audio/opus', 111, undefined],
        ['audio/red', 63, undefined],
      ],
    },
    {
      kind: 'video',
      mid: '1',
      ssrc: 463159149,
      extensions: { absSendTime: 2, transportWide: 3, playoutDelay: 5, mid: 4, rid: 10, repairedRid: 11 },
      codecs: [
        ['video/vp8', 96, 97],
        ['video/h264;42e01f;1', 102, 103],
        ['video/h264;42e01f;0', 104, 107],
        ['video/h264;4d001f;1', 116, 117],
        ['video/h264;4d001f;0', 39, 40],
        ['video/av1;0', 45, 46],
        ['video/vp9;0', 98, 99],
        ['video/vp9;2', 100, 101],
      ],
    },
  ]);
});

test("Chromium's player has no SSRCs and one H264 profile more", () => {
  const [video, audio] = summary(sdpOf('chromium-play'), 'receive');
  assert.deepEqual([video?.kind, video?.ssrc, audio?.kind, audio?.ssrc], ['video', undefined, 'audio', undefined]);
  assert.deepEqual(
    video?.codecs.map(([name]) => name).filter((name) => `${name}`.includes('f4')),
    ['video/h264;f4001f;1', 'video/h264;f4001f;0'],
  );
});

test("Firefox's fingerprint and direction stand in the session, ICE credentials in each section (C-41)", () => {
  for (const { transport } of offer(sdpOf('firefox-publish'), 'send').media) {
    assert.equal(transport.iceUfrag, '261d72b4');
    assert.match(transport.fingerprints[0]?.hex ?? '', /^630e716f/);
  }
  assert.deepEqual(
    summary(sdpOf('firefox-publish'), 'send').map(({ ssrc, codecs }) => [ssrc, codecs[0]]),
    [
      [2111490675, ['video/vp8', 120, 124]],
      [1171027089, ['audio/opus', 109, undefined]],
    ],
  );
});

test("Firefox's player names SSRCs, though it sends nothing (C-41)", () => {
  assert.deepEqual(
    summary(sdpOf('firefox-play'), 'receive').map(({ ssrc, codecs }) => [ssrc, codecs[0]]),
    [
      [3109083079, ['video/vp8', 120, 124]],
      [3393853940, ['audio/opus', 109, undefined]],
    ],
  );
});

test('Firefox with H264 has it with both packetizations', () => {
  const [, video] = summary(sdpOf('firefox-h264-publish'), 'send');
  assert.deepEqual(
    [video?.ssrc, video?.codecs],
    [
      4065097654,
      [
        ['video/vp8', 120, 124],
        ['video/vp9;0', 121, 125],
        ['video/h264;42e01f;1', 126, 127],
        ['video/h264;42e01f;0', 97, 98],
      ],
    ],
  );
});

test('OBS has one codec a kind, and no retransmissions (C-41)', () => {
  assert.deepEqual(
    summary(sdpOf('obs-publish'), 'send').map(({ kind, codecs }) => [kind, codecs]),
    [
      ['audio', [['audio/opus', 111, undefined]]],
      ['video', [['video/h264;42e01f;1', 96, undefined]]],
    ],
  );
});

test('GStreamer bundles with port 0, writes OPUS in capitals and calls Constrained Baseline 42c0 (C-08, C-41)', () => {
  assert.deepEqual(
    summary(sdpOf('gstreamer-publish'), 'send').map(({ mid, codecs }) => [mid, codecs]),
    [
      ['video0', [['video/h264;42e01f;1', 96, undefined]]],
      ['audio1', [['audio/opus', 111, undefined]]],
    ],
  );
});

test('whipclientsink offers all that it can encode, each with retransmissions, beside codecs and candidates that are not ours (C-41)', () => {
  assert.deepEqual(
    summary(sdpOf('whipclientsink-publish'), 'send').map(({ mid, codecs }) => [mid, codecs]),
    [
      [
        'video0',
        [
          ['video/vp8', 96, 103],
          ['video/h264;42e01f;1', 97, 107],
          ['video/vp9;0', 98, 111],
        ],
      ],
      ['audio1', [['audio/opus', 100, undefined]]],
    ],
  );
});

test('whoever can only be the DTLS server, as ffmpeg, has us begin; all others begin themselves (C-11, C-41)', () => {
  const ourSetup = (client: (typeof clients)[number]) => offer(sdpOf(client), 'send').media[0]?.transport.ourSetup;
  assert.equal(ourSetup('ffmpeg-publish'), 'active');
  for (const client of ['ffmpeg-active-publish', 'chromium-publish', 'obs-publish'] as const)
    assert.equal(ourSetup(client), 'passive', client);
  assert.throws(
    () =>
      offer(
        smallOffer((sdp) => sdp.replace('actpass', 'holdconn')),
        'send',
      ),
    {
      kind: 'unusable',
      message: /setup:holdconn.*offer a=setup:actpass/,
    },
  );
});

test('a player offers to receive, or both; what only sends, or does nothing, is refused (C-06)', () => {
  const as = (direction: string) => () =>
    offer(
      smallOffer((sdp) => sdp.replace('sendonly', direction)),
      'receive',
    );
  for (const direction of ['recvonly', 'sendrecv']) assert.equal(as(direction)().media.length, 1, direction);
  for (const direction of ['sendonly', 'inactive'])
    assert.throws(as(direction), { kind: 'unusable', message: /A player offers a=recvonly \(or a=sendrecv\)/ });
});

const faults: Readonly<
  Record<string, readonly [change: (sdp: string) => string, kind: SdpError['kind'], says: RegExp]>
> = {
  'an empty body': [() => '', 'malformed', /empty/],
  'something else': [() => '{"sdp": "v=0"}', 'malformed', /begins with the line "v=0", not with .*sdp/],
  'a line that is none': [(sdp) => `${sdp}\r\nwhat`, 'malformed', /Line 15 is not "letter=value": "what"/],
  'a line with a NUL': [(sdp) => `${sdp}\r\na=x:\0y`, 'malformed', /Line 15 has a NUL/],
  'a line too long': [(sdp) => `${sdp}\r\na=${'x'.repeat(3000)}`, 'malformed', /Line 15 is longer/],
  'too many lines': [(sdp) => `${sdp}${'\r\na=x'.repeat(3000)}`, 'malformed', /3014 lines/],
  'an offer cut off before its media': [(sdp) => sdp.slice(0, sdp.indexOf('m=')), 'malformed', /no m= line/],
  'an m= line without formats': [(sdp) => sdp.replace('SAVPF 96', 'SAVPF'), 'malformed', /"m=media port protocol/],
  'an m= line with a port of six digits': [(sdp) => sdp.replace('video 9', 'video 999999'), 'malformed', /Line 9/],
  'no ICE user': [(sdp) => sdp.replace(/a=ice-ufrag.*\r\n/, ''), 'malformed', /ice-ufrag is missing/],
  'no ICE password': [(sdp) => sdp.replace(/a=ice-pwd.*\r\n/, ''), 'malformed', /ice-pwd is missing/],
  'a short ICE password': [(sdp) => sdp.replace('pwd:0123', 'pwd:'), 'malformed', /22 to 256/],
  'an ICE user with a space': [(sdp) => sdp.replace('abcd', 'ab cd'), 'malformed', /ice-ufrag must/],
  'no fingerprint': [(sdp) => sdp.replace(/a=fingerprint.*\r\n/, ''), 'malformed', /fingerprint is missing/],
  'a fingerprint cut short': [(sdp) => sdp.replace('AB:AB', 'AB'), 'malformed', /not a sha-256 hash/],
  'only a weak fingerprint': [
    (sdp) => sdp.replace(/sha-256 \S+/, `sha-1 ${Array(20).fill('AB').join(':')}`),
    'unusable',
    /must use sha-256/,
  ],
  'no setup': [(sdp) => sdp.replace('a=setup:actpass\r\n', ''), 'malformed', /setup is missing/],
  'a data channel': [
    (sdp) => `${sdp}\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel`,
    'unusable',
    /m-section 1 \(application\): only audio and video/,
  ],
  'plain RTP': [
    (sdp) => sdp.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'),
    'unusable',
    /SAVPF \(DTLS-SRTP\), not "RTP\/AVP"/,
  ],
  'RTCP on a port of its own (C-08)': [(sdp) => sdp.replace('a=rtcp-mux\r\n', ''), 'unusable', /rtcp-mux is missing/],
  'a refused m-section': [(sdp) => sdp.replace('video 9', 'video 0'), 'unusable', /port 0/],
  'a publisher that only receives (C-05)': [
    (sdp) => sdp.replace('sendonly', 'recvonly'),
    'unusable',
    /is a=recvonly.*sendonly/,
  ],
  'an inactive section (C-05)': [(sdp) => sdp.replace('sendonly', 'inactive'), 'unusable', /is a=inactive/],
  'two videos (C-09)': [
    (sdp) => `${sdp}\r\n${sdp.slice(sdp.indexOf('m=')).replace('mid:v', 'mid:w')}`,
    'unusable',
    /More than one video/,
  ],
  'a second section outside of BUNDLE (C-08)': [
    (sdp) =>
      `${sdp}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2`,
    'unusable',
    /m-section 0 \(video\) is not in a=group:BUNDLE/,
  ],
  'a mid that would break the answer': [(sdp) => sdp.replace('mid:v', 'mid:v w'), 'malformed', /a=mid is not a token/],
};

for (const [name, [change, kind, says]] of Object.entries(faults)) {
  test(`${name}: ${kind}, and the message says what is wrong`, () => {
    assert.throws(
      () => offer(smallOffer(change), 'send'),
      (error: unknown) => {
        assert.ok(error instanceof SdpError, String(error));
        assert.match(error.message, says);
        assert.equal(error.kind, kind);
        return true;
      },
    );
  });
}

test('the small offer itself is good, so each fault above is the only one', () => {
  assert.equal(offer(smallOffer(), 'send').media.length, 1);
});

test('an offer cut off anywhere is refused as an SdpError, or is still a whole offer', () => {
  const whole = sdpOf('chromium-publish');
  for (let length = 0; length < whole.length; length += 7) {
    try {
      offer(whole.slice(0, length), 'send');
    } catch (error) {
      assert.ok(error instanceof SdpError, `cut at ${length}: ${error}`);
    }
  }
});
