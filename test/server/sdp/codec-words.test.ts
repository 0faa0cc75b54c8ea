import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecWords } from '#server/rtc/sdp/codec-words.ts';

test('codecs are told of by the names that people and encoders have for them', () => {
  const names = ['video/h264;640c1f;1', 'video/h264;7a001f;0', 'video/vp9;2', 'video/av1;0', 'video/vp8', 'audio/opus'];
  assert.deepEqual(names.map(codecWords), [
    'H264 Constrained High with packetization-mode=1',
    'H264 of profile-level-id=7a001f with packetization-mode=0',
    'VP9 profile 2',
    'AV1 profile 0',
    'VP8',
    'Opus',
  ]);
});
