import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '#crds/rooms-file.ts';
import { negotiatePlay, negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { sdpOf } from '../offers.ts';

const codecs: readonly Codec[] = ['H264', 'VP8', 'Opus'];

/** What becomes of a recorded player in a room into which somebody publishes: its tracks, with the first of their codecs. */
function tracksOf(player: 'firefox-play' | 'aiortc-play', publisher: 'firefox-publish' | 'libdatachannel-publish') {
  const published = negotiatePublish(offer(sdpOf(publisher), 'send'), codecs).tracks;
  const random = { randomSsrc: () => 1, cname: 'c' };
  const { tracks } = negotiatePlay(offer(sdpOf(player), 'receive'), codecs, published, random);
  return tracks.map(({ kind, codecs: [first] }) => [kind, first?.name, first?.payloadType, first?.rtxPayloadType]);
}

test("Firefox's player gets what Firefox publishes (C-41)", () => {
  assert.deepEqual(tracksOf('firefox-play', 'firefox-publish'), [
    ['video', 'video/vp8', 120, 124],
    ['audio', 'audio/opus', 109, undefined],
  ]);
});

test("aiortc's player gets what libdatachannel publishes (C-41)", () => {
  assert.deepEqual(tracksOf('aiortc-play', 'libdatachannel-publish'), [
    ['video', 'video/h264;42e01f;1', 99, 100],
    ['audio', 'audio/opus', 96, undefined],
  ]);
});
