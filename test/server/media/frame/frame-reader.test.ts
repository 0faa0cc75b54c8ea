import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameReader } from '#server/media/frame/frame-reader.ts';
import { hex } from './bit-writer.ts';

for (const [codec, what, payload, expected] of [
  ['video/vp8', 'a key frame behind the shortest descriptor', '10 50', true],
  ['video/vp8', 'a delta frame', '10 51', false],
  ['video/vp8', 'a key frame with a 15-bit picture id, TL0PICIDX, TID', '90 e0 8123 07 20 50', true],
  ['video/vp8', 'a key frame with a 7-bit picture id', '90 80 23 50', true],
  ['video/vp8', 'a delta frame with a 15-bit picture id', '90 80 8123 51', false],
  ['video/vp8', 'a later packet of a key frame', '00 50', false],
  ['video/vp8', 'a later partition of a key frame', '11 50', false],
  ['video/vp8', 'a descriptor without a frame', '90 80 8123', false],
  ['video/vp8', 'nothing', '', false],
  ['video/h264;42e01f;1', 'a sequence parameter set', '67 42e01f', true],
  ['video/h264;42e01f;1', 'an IDR slice', '65 88', true],
  ['video/h264;42e01f;1', 'a later slice of an IDR picture', '65 40', false],
  ['video/h264;42e01f;1', 'an IDR slice without content', '65', false],
  ['video/h264;42e01f;1', 'a delta slice', '41 9a', false],
  ['video/h264;42e01f;1', 'a picture parameter set by itself', '68 ce', false],
  ['video/h264;42e01f;1', 'STAP-A with parameter sets', '78 0004 6742e01f 0002 68ce', true],
  ['video/h264;42e01f;1', 'STAP-A with SEI, then IDR', '78 0002 0605 0002 6588', true],
  ['video/h264;42e01f;1', 'STAP-A with later slices of an IDR picture', '78 0002 6540 0002 6560', false],
  ['video/h264;42e01f;1', 'STAP-A with delta slices', '78 0002 419a 0002 419b', false],
  ['video/h264;42e01f;1', 'STAP-A that is cut short', '78 0009 41', false],
  ['video/h264;42e01f;1', 'the first part of an IDR slice', '7c 85 88', true],
  ['video/h264;42e01f;1', 'a later part of an IDR slice', '7c 05 88', false],
  ['video/h264;42e01f;1', 'the first part of a later IDR slice', '7c 85 40', false],
  ['video/h264;42e01f;1', 'the first part of a delta slice', '5c 81 9a', false],
  ['video/h264;42e01f;1', 'nothing', '', false],
] as const)
  test(`${codec}: ${what} is ${expected ? 'a' : 'no'} place to start`, () =>
    assert.equal(frameReader(codec)?.(hex(payload), false)?.startsKeyFrame === true, expected));

for (const codec of ['audio/opus', 'audio/red'])
  test(`${codec} has no pictures`, () => assert.equal(frameReader(codec), undefined));
