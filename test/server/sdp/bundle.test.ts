import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { answer } from '#server/rtc/sdp/answer.ts';
import { bundledSections, taggedSection } from '#server/rtc/sdp/bundle.ts';
import { negotiatePlay, negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { sdpLines } from '#server/rtc/sdp/sdp.ts';
import { clients, sdpOf, smallOffer } from '../offers.ts';
import { local } from './local.ts';

const codecs: readonly Codec[] = ['H264', 'VP8', 'Opus'];

/** What a section says of its transport, told from that of others by a letter. */
const transport = (letter: string, setup = 'actpass') => [
  `a=ice-ufrag:${letter.repeat(4)}`,
  `a=ice-pwd:${letter.repeat(22)}`,
  `a=fingerprint:sha-256 ${Array(32).fill(letter.repeat(2)).join(':')}`,
  `a=setup:${setup}`,
];
const audio = (...lines: readonly string[]) => [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:a',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  ...lines,
];
const video = (...lines: readonly string[]) => [
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:v',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:96 VP8/90000',
  ...lines,
];
const bundleOnly = (section: readonly string[]) =>
  [...section, 'a=bundle-only'].map((line) => line.replace(/^(m=\w+) 9/, '$1 0'));

/** An offer of a player, with all of its sections in a group in that order. */
const playOffer = (group: string, ...sections: readonly (readonly string[])[]) =>
  ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', `a=group:BUNDLE ${group}`, ...sections.flat()].join('\r\n');

/** Whose transport is used, and what our answer says of the group; `candidatesOf`: the mids of sections that have any. */
function agreed(text: string, room: readonly Codec[] = codecs) {
  const { media } = negotiatePlay(offer(text, 'receive'), room, [], { randomSsrc: () => 1, cname: 'c' });
  const { mid, transport: theirs } = taggedSection(media);
  const [session = '', ...sections] = answer(media, local, 1).split('\r\nm=');
  const midOf = (section: string) => /a=mid:(\S+)/.exec(section)?.[1];
  return {
    mid,
    iceUfrag: theirs.iceUfrag,
    icePwd: theirs.icePwd[0],
    fingerprints: theirs.fingerprints.map(({ hex }) => hex.slice(0, 2)),
    ourSetup: theirs.ourSetup,
    group: /a=group:(.*)/.exec(session)?.[1],
    candidatesOf: sections.filter((section) => section.includes('a=candidate:')).map(midOf),
  };
}

const ofAudio = { mid: 'a', iceUfrag: 'aaaa', icePwd: 'a', fingerprints: ['aa'], ourSetup: 'passive' };
const ofVideo = { mid: 'v', iceUfrag: 'bbbb', icePwd: 'b', fingerprints: ['bb'], ourSetup: 'active' };
const both = [audio(...transport('a')), video(...transport('b', 'passive'))] as const;

test('the first section of the group has the transport of all: its client is expected there, and our candidates are (C-08)', () => {
  assert.deepEqual(agreed(playOffer('a v', ...both)), { ...ofAudio, group: 'BUNDLE a v', candidatesOf: ['a'] });
});

test("it is the group's order that counts, not that of the sections (C-08)", () => {
  assert.deepEqual(agreed(playOffer('v a', ...both)), { ...ofVideo, group: 'BUNDLE v a', candidatesOf: ['v'] });
});

test('a section that the answer refuses has no transport: that of the next in the group is used (C-08)', () => {
  const text = playOffer('a v', ...both);
  assert.deepEqual(agreed(text, ['VP8']), { ...ofVideo, group: 'BUNDLE v', candidatesOf: ['v'] });
  assert.deepEqual(agreed(text, ['Opus']), { ...ofAudio, group: 'BUNDLE a', candidatesOf: ['a'] });
});

test('a section with a=bundle-only need say nothing of the transport, and is passed over for one that has a port (C-08)', () => {
  const bare = bundleOnly(audio()).filter((line) => line !== 'a=rtcp-mux');
  const text = (group: string) => playOffer(group, bare, video(...transport('b', 'passive')));
  assert.deepEqual(agreed(text('v a')), { ...ofVideo, group: 'BUNDLE v a', candidatesOf: ['v'] });
  assert.deepEqual(agreed(text('a v')), { ...ofVideo, group: 'BUNDLE v a', candidatesOf: ['v'] });
});

test('where the others are refused, a section with a=bundle-only is bundled with them all the same: its client has but one transport', () => {
  const text = playOffer('v a', bundleOnly(audio()), video(...transport('b', 'passive')));
  assert.deepEqual(agreed(text, ['Opus']), { ...ofVideo, mid: 'a', group: 'BUNDLE a', candidatesOf: ['a'] });
});

test("a section's fingerprints stand in place of the session's, and the session's where it has none (RFC 8122 section 5)", () => {
  const [, , ofSession = ''] = transport('c');
  const told = (...lines: readonly string[]) =>
    agreed(playOffer('v', video(...lines)).replace('a=group', `${ofSession}\r\na=group`)).fingerprints;
  assert.deepEqual(told(...transport('b')), ['bb']);
  assert.deepEqual(told(...transport('b').filter((line) => !line.startsWith('a=fingerprint'))), ['cc']);
});

const publishAnswer = (change: (text: string) => string) => {
  const { media, tracks } = negotiatePublish(offer(smallOffer(change), 'send'), codecs);
  return { tracks, lines: answer(media, local, 1).split('\r\n') };
};
const of = (lines: readonly string[], name: RegExp) => lines.filter((line) => name.test(line));

test('an offer of one section without a group and without a=mid is answered with neither, and with our candidates (C-08)', () => {
  const { lines, tracks } = publishAnswer((sdp) =>
    sdp.replace('a=mid:v\r\n', 'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n'),
  );
  assert.deepEqual(of(lines, /^a=(group|mid|extmap)/), []);
  assert.equal(of(lines, /^a=candidate/).length, 1);
  assert.deepEqual(tracks[0]?.extensions, {}, 'nothing can be called by a name that nobody gave');
});

test('an offer of one section with a=mid, in no group or in that of others, is answered with a=mid alone (C-08)', () => {
  for (const group of ['', 'a=group:BUNDLE\r\n', 'a=group:BUNDLE w\r\n', 'a=group:LS v\r\n']) {
    const { lines } = publishAnswer((sdp) => sdp.replace('m=', `${group}m=`));
    assert.deepEqual(of(lines, /^a=(group|mid|candidate)/), [
      'a=mid:v',
      'a=candidate:1 1 udp 2130706431 192.0.2.7 7001 typ host',
    ]);
  }
});

test('a=bundle-only means nothing in a section that is in no group: port 0 refuses it (RFC 9143 section 6)', () => {
  const refused = (sdp: string) => sdp.replace('video 9', 'video 0').concat('\r\na=bundle-only');
  assert.throws(() => publishAnswer(refused), { kind: 'unusable', message: /port 0 refuses/ });
  const { lines } = publishAnswer((sdp) => refused(sdp).replace('m=', 'a=group:BUNDLE v\r\nm='));
  assert.deepEqual(of(lines, /^a=group/), ['a=group:BUNDLE v']);
});

for (const client of clients)
  test(`${client}: its group and its mids come back as they are, and the first section has the transport`, () => {
    const text = sdpOf(client);
    const wanted = offer(text, client.endsWith('play') ? 'receive' : 'send');
    const { media } = client.endsWith('play')
      ? negotiatePlay(wanted, codecs, [], { randomSsrc: () => 1, cname: 'c' })
      : negotiatePublish(wanted, codecs);
    const named = /^a=(group:BUNDLE|mid:)/;
    assert.deepEqual(of(answer(media, local, 1).split('\r\n'), named), of(text.split('\r\n'), named));
    assert.equal(taggedSection(media), wanted.media[0]);
  });

test('a section that the group names again and again is in it once', () => {
  const { attributes, media } = sdpLines(playOffer('v a v v a', audio(), video()));
  const named = bundledSections({ attributes, media });
  assert.deepEqual(named, [media[1], media[0]]);
});
