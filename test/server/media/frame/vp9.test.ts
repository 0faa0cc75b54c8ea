import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vp9RtpPayload } from 'werift';
import { vp9Reader } from '#server/media/frame/vp9.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { bitWriter, hex } from './bit-writer.ts';

const read = (payload: Buffer) => vp9Reader()(payload, false);

/** The beginning of a key frame's uncompressed header, by profile (VP9 bitstream specification section 6.2). */
function keyFrame(width: number, height: number, { profile = 0, colorSpace = 1 } = {}) {
  const bits = bitWriter()
    .put(2, 2)
    .put(profile & 1, 1)
    .put(profile >>> 1, 1);
  if (profile === 3) bits.put(0, 1);
  bits.put(0, 1).put(0, 1).put(1, 1).put(0, 1).put(0x498342, 24);
  if (profile >= 2) bits.put(1, 1);
  bits.put(colorSpace, 3);
  if (colorSpace !== 7) bits.put(1, 1);
  if (profile % 2 === 1) bits.put(0, colorSpace === 7 ? 1 : 3);
  return bits
    .put(width - 1, 16)
    .put(height - 1, 16)
    .bytes();
}

const interFrame = hex('86 00 40 92');

for (const profile of [0, 1, 2, 3])
  for (const colorSpace of [1, 7])
    test(`a key frame of profile ${profile} in color space ${colorSpace} tells its size`, () => {
      const frame = read(Buffer.concat([hex('08'), keyFrame(1280, 720, { profile, colorSpace })]));
      assert.deepEqual([frame?.width, frame?.height], [1280, 720]);
      assert.ok(frame?.isKeyFrame && frame.startsKeyFrame && frame.startsFrame && frame.hasParameters);
    });

test('a picture id of either length, then the layers, then the index of the base layer', () => {
  // I, P, L, B; 15 bits; TID 2, U, SID 1, D; TL0PICIDX.
  const long = read(Buffer.concat([hex('e8 9234 53 2a'), interFrame]));
  assert.deepEqual([long?.pictureIdAt, long?.isLongPictureId, long?.pictureId], [1, true, 0x1234]);
  assert.deepEqual([long?.temporalId, long?.spatialId], [2, 1]);
  assert.deepEqual([long?.isSwitchingUp, long?.isInterLayerPredicted, long?.isInterPredicted], [true, true, true]);
  assert.deepEqual([long?.baseLayerIndexAt, long?.baseLayerIndex, long?.headerLength], [4, 0x2a, 5]);
  const short = read(Buffer.concat([hex('c8 12'), interFrame]));
  assert.deepEqual([short?.pictureIdAt, short?.isLongPictureId, short?.pictureId], [1, false, 0x12]);
  assert.deepEqual([short?.temporalId, short?.spatialId, short?.baseLayerIndexAt], [-1, -1, 0]);
});

test('in flexible mode the references stand where the base layer has its index', () => {
  // I, P, L, F, B, E; TID 0, SID 0; references 1 and 3 back.
  const frame = read(Buffer.concat([hex('fc 12 00 03 06'), interFrame]));
  assert.deepEqual([frame?.baseLayerIndexAt, frame?.headerLength], [0, 5]);
  assert.deepEqual([frame?.startsFrame, frame?.endsFrame], [true, true]);
});

test('more than three references are against the format', () => {
  assert.equal(read(Buffer.concat([hex('f8 12 00 03 03 02'), interFrame]))?.headerLength, 6);
  assert.equal(read(Buffer.concat([hex('f8 12 00 03 03 03 02'), interFrame])), undefined);
});

test('a scalability structure tells the size of the largest layer, whatever the frame says', () => {
  // I, L, B, V; 3 layers with sizes; a group of two pictures: one without, one with two references.
  const structure = hex('58  0140 00b4  0280 0168  0500 02d0  02  00  38 01 02');
  const frame = read(Buffer.concat([hex('aa 12 00 07'), structure, keyFrame(320, 180)]));
  assert.deepEqual([frame?.width, frame?.height], [1280, 720]);
  assert.deepEqual([frame?.hasStructure, frame?.headerLength], [true, 4 + structure.length]);
  assert.equal(frame?.isKeyFrame, true);
});

test('a scalability structure without sizes leaves the size to the frame', () => {
  const frame = read(Buffer.concat([hex('8a 12  00'), keyFrame(320, 180)]));
  assert.deepEqual([frame?.width, frame?.height, frame?.hasStructure], [320, 180, true]);
});

test('a scalability structure that is longer than the packet is against the format', () => {
  for (const structure of ['f8', '18 0140 00b4', '08 ff', '08 02 0c 01 02 03 0c'])
    assert.equal(read(hex(`8a 12 ${structure}`)), undefined, structure);
});

test('an upper layer of a key picture is no place to start', () => {
  // P = 0 in both: what is predicted is predicted from the layer below.
  assert.equal(read(Buffer.concat([hex('a8 12 03 07'), interFrame]))?.isKeyFrame, false);
  assert.equal(read(Buffer.concat([hex('a8 12 02 07'), keyFrame(640, 360)]))?.isKeyFrame, false);
});

test('a picture without references that is no key frame is no place to start', () => {
  assert.equal(read(Buffer.concat([hex('88 12'), interFrame]))?.isKeyFrame, false);
});

test('a picture that is shown again is no key frame', () => {
  assert.equal(read(hex('88 12 88'))?.isKeyFrame, false);
});

test('a later packet of a key frame does not start it', () => {
  const frame = read(Buffer.concat([hex('84 12'), keyFrame(640, 360)]));
  assert.deepEqual([frame?.isKeyFrame, frame?.startsFrame, frame?.endsFrame], [false, false, true]);
});

test('a key frame cut short behind its first byte is one, of a size not known', () => {
  const frame = read(Buffer.concat([hex('88 12'), keyFrame(640, 360).subarray(0, 4)]));
  assert.deepEqual([frame?.isKeyFrame, frame?.width], [true, 0]);
});

test('of the packet before nothing is left', () => {
  const reader = vp9Reader();
  reader(Buffer.concat([hex('ae 9234 53 2a 10 0500 02d0'), keyFrame(320, 180)]), true);
  const frame = reader(hex('00 42'), false);
  assert.ok(frame);
  assert.deepEqual([frame.pictureIdAt, frame.baseLayerIndexAt, frame.headerLength], [0, 0, 1]);
  assert.deepEqual([frame.isSwitchingUp, frame.isInterLayerPredicted, frame.hasStructure], [false, false, false]);
  assert.deepEqual([frame.width, frame.isKeyFrame, frame.temporalId, frame.spatialId], [0, false, -1, -1]);
});

for (const payload of ['', '88', '88 92', '8c 8012', 'ec 9234 53 2a'])
  test(`a descriptor without a frame is no payload: ${payload === '' ? 'nothing' : payload}`, () =>
    assert.equal(read(hex(payload)), undefined));

test('of any bytes it reads what others read', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const reader = vp9Reader();
  let compared = 0;
  for (let i = 0; i < 20_000; i++) {
    const payload = randomBytes(random, 10 + Math.floor(random() * 40));
    const frame = reader(payload, false);
    if (frame === undefined) continue;
    compared += 1;
    const said = `SEED=${seed}, ${payload.toString('hex')}`;
    const { offset, p: other } = Vp9RtpPayload.parseRtpPayload(payload);
    assert.equal(frame.headerLength, offset, said);
    assert.equal(frame.pictureIdAt > 0 ? frame.pictureId : undefined, other.pictureId, said);
    assert.equal(frame.temporalId, other.tid ?? -1, said);
    assert.equal(frame.spatialId, other.sid ?? -1, said);
    assert.equal(frame.baseLayerIndexAt > 0 ? frame.baseLayerIndex : undefined, other.tl0PicIdx, said);
    if (other.width.length > 0) assert.equal(frame.width, other.width.at(-1), said);
  }
  assert.ok(compared > 5000, `only ${compared} payloads were compared`);
});
