import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { answer } from '#server/rtc/sdp/answer.ts';
import { negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { encodingLines, offeredEncodings, usedEncodings } from '#server/rtc/sdp/simulcast.ts';
import { sdpOf } from '../offers.ts';

const offered = (simulcast: string, ...rids: readonly string[]) =>
  offeredEncodings([...rids.map((value) => ({ name: 'rid', value })), { name: 'simulcast', value: simulcast }]);

test('encodings are those that are described and sent, in their order; of alternatives the first, paused or not', () => {
  const rids = ['h send', 'm send max-width=640;max-height=360', 'l send pt=96,97;max-fps=15', 'r recv'];
  assert.deepEqual(offered('send h;~m,l;l recv r', ...rids), [
    { rid: 'h' },
    { rid: 'm' },
    { rid: 'l', payloadTypes: [96, 97] },
  ]);
  assert.deepEqual(
    offered('recv r send l;h;l', ...rids).map(({ rid }) => rid),
    ['l', 'h'],
  );
});

test('one encoding is none, nor are names that cannot be', () => {
  assert.deepEqual(offered('send h', 'h send'), []);
  assert.deepEqual(offered('send h;m', 'h send'), []);
  assert.deepEqual(offered('recv h;m', 'h send', 'm send'), []);
  assert.deepEqual(offered('send a b;c d', 'a b send', 'c d send'), []);
  assert.deepEqual(offered('send __proto__;;~', '__proto__ send'), []);
});

test('no more than four are taken', () => {
  const rids = ['a', 'b', 'c', 'd', 'e'];
  assert.equal(offered(`send ${rids.join(';')}`, ...rids.map((rid) => `${rid} send`)).length, 4);
});

test('encodings of another codec than the chosen one are left out', () => {
  const all = offered('send h;m;l', 'h send pt=96', 'm send pt=98', 'l send');
  assert.deepEqual(usedEncodings(all, 96), ['h', 'l']);
  assert.deepEqual(usedEncodings(all, 97), []);
});

const three = sdpOf('chromium-publish').replace(
  /(a=extmap:11 .*\r\n)/,
  '$1a=rid:l send\r\na=rid:m send\r\na=rid:h send\r\na=simulcast:send l;m;h\r\n',
);
const all: readonly Codec[] = ['H264', 'VP8', 'Opus'];

test('the answer takes all encodings, and the extensions that name them (C-34)', () => {
  const { media, tracks } = negotiatePublish(offer(three, 'send'), all);
  const local = { iceUfrag: 'u', icePwd: 'p', fingerprint: 'sha-256 AB', candidates: [], setup: 'passive' } as const;
  const lines = answer(media, local, 1).split('\r\n');
  for (const line of [...encodingLines(['l', 'm', 'h']), 'a=simulcast:recv l;m;h'])
    assert.ok(lines.includes(line), line);
  assert.equal(lines.filter((line) => line.includes('rtp-stream-id')).length, 2);
  const [, video] = tracks;
  assert.deepEqual(video?.rids, ['l', 'm', 'h']);
  assert.equal(video?.ssrc, undefined, 'there is one for each');
});

test('without the extension that names them in packets, encodings are not taken', () => {
  const nameless = three.replace(/a=extmap:10 .*\r\n/, '');
  const { media, tracks } = negotiatePublish(offer(nameless, 'send'), all);
  assert.deepEqual([tracks[1]?.rids, media[1]?.rids], [undefined, []]);
});

test("Firefox's encodings are taken, whose SSRCs stand in its offer, too (C-34, C-41)", () => {
  const { tracks, media } = negotiatePublish(offer(sdpOf('firefox-simulcast'), 'send'), all);
  assert.deepEqual([tracks[0]?.rids, media[0]?.rids, tracks[0]?.ssrc], [['h', 'm', 'l'], ['h', 'm', 'l'], undefined]);
  assert.deepEqual([tracks[0]?.extensions.rid, tracks[0]?.extensions.repairedRid], [9, 10]);
});
