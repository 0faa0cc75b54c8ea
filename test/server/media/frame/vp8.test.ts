import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vp8RtpPayload } from 'werift';
import { vp8Reader } from '#server/media/frame/vp8.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { hex } from './bit-writer.ts';

const read = (payload: string, marker = false) => vp8Reader()(hex(payload), marker);

test('a key frame tells its size, below the bits for upscaling', () => {
  // Tag of a shown key frame, start code, 640 and 360 with an upscaling of 1 each.
  const frame = read('10  b0 12 00  9d 01 2a  80 42  68 41  00');
  assert.ok(frame);
  assert.deepEqual([frame.width, frame.height], [640, 360]);
  assert.ok(frame.isKeyFrame && frame.startsKeyFrame && frame.startsFrame && frame.hasParameters);
  assert.deepEqual([frame.temporalId, frame.spatialId], [-1, -1]);
});

test('a key frame without its start code, or cut short, tells no size', () => {
  assert.equal(read('10  b0 12 00  9d 01 2b  80 42  68 41')?.width, 0);
  assert.equal(read('10  b0 12 00  9d 01 2a  80 42  68')?.width, 0);
  assert.equal(read('10  b0')?.isKeyFrame, true);
});

test('a delta frame is none, nor is a later packet of a key frame', () => {
  assert.deepEqual([read('10 b1')?.isKeyFrame, read('10 b1')?.startsFrame], [false, true]);
  assert.deepEqual([read('00 b0')?.isKeyFrame, read('00 b0')?.startsFrame], [false, false]);
  assert.deepEqual([read('11 b0')?.isKeyFrame, read('11 b0')?.startsFrame], [false, false]);
});

test('the marker ends the picture', () => {
  assert.equal(read('00 b0', true)?.endsFrame, true);
  assert.equal(read('00 b0', false)?.endsFrame, false);
});

test('everything a forwarder has to count anew is found', () => {
  const frame = read('b0 f0 8123 07 a5 b1');
  assert.ok(frame);
  assert.deepEqual([frame.pictureIdAt, frame.isLongPictureId, frame.pictureId], [2, true, 0x0123]);
  assert.deepEqual([frame.baseLayerIndexAt, frame.baseLayerIndex], [4, 7]);
  assert.deepEqual([frame.layerAt, frame.temporalId, frame.isLayerSync], [5, 2, true]);
  assert.deepEqual([frame.hasKeyIndex, frame.keyIndex, frame.isDiscardable], [true, 5, true]);
  assert.equal(frame.headerLength, 6);
});

test('a short picture id takes one byte', () => {
  const frame = read('90 80 23 b1');
  assert.deepEqual([frame?.pictureIdAt, frame?.isLongPictureId, frame?.pictureId], [2, false, 0x23]);
  assert.equal(frame?.headerLength, 3);
});

test('a key index without a temporal layer is no temporal layer', () => {
  const frame = read('90 10 e3 b1');
  assert.deepEqual([frame?.temporalId, frame?.isLayerSync, frame?.hasKeyIndex, frame?.keyIndex], [-1, false, true, 3]);
});

test('of the packet before nothing is left', () => {
  const reader = vp8Reader();
  reader(hex('b0 f0 8123 07 a5  b0 12 00  9d 01 2a  80 42  68 41'), true);
  const frame = reader(hex('00 b1'), false);
  assert.ok(frame);
  assert.deepEqual([frame.pictureIdAt, frame.baseLayerIndexAt, frame.layerAt], [0, 0, 0]);
  assert.deepEqual([frame.isLayerSync, frame.hasKeyIndex, frame.isDiscardable], [false, false, false]);
  assert.deepEqual([frame.width, frame.isKeyFrame, frame.endsFrame, frame.temporalId], [0, false, false, -1]);
});

for (const payload of ['', '10', '90 80', '90 80 8123', '90 f0 8123 07 a5'])
  test(`a descriptor without a frame is no payload: ${payload === '' ? 'nothing' : payload}`, () =>
    assert.equal(read(payload), undefined));

test('of any bytes it reads what others read', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const reader = vp8Reader();
  let compared = 0;
  for (let i = 0; i < 20_000; i++) {
    const payload = randomBytes(random, Math.floor(random() * 20));
    const frame = reader(payload, false);
    const said = `SEED=${seed}, ${payload.toString('hex')}`;
    // The byte of the layers is there with T or K (RFC 7741 section 4.2). werift looks at L in place of T.
    const [, extensions = 0] = payload;
    const isRead = (payload[0] ?? 0) < 0x80 || ((extensions >>> 6) & 1) === ((extensions >>> 5) & 1);
    if (frame === undefined || !isRead) continue;
    compared += 1;
    const other = Vp8RtpPayload.deSerialize(payload);
    assert.equal(frame.pictureIdAt > 0 ? frame.pictureId : undefined, other.pictureId, said);
    assert.equal(frame.startsFrame, other.payloadHeaderExist, said);
    assert.equal(payload.length - frame.headerLength, other.payload.length, said);
  }
  assert.ok(compared > 5000, `only ${compared} payloads were compared`);
});
