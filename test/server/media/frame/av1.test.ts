import assert from 'node:assert/strict';
import { test } from 'node:test';
import { av1Reader } from '#server/media/frame/av1.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { hex } from './bit-writer.ts';
import { aggregate, frame, obu, type SequenceHeader, sequenceHeader, simple } from './obus.ts';

const read = (payload: Buffer, marker = false) => av1Reader()(payload, marker);
const key = 0;
const inter = 1;

for (const isCounted of [true, false])
  test(`a sequence header and a key frame, the elements ${isCounted ? 'counted' : 'each behind its size'}`, () => {
    const found = read(aggregate([sequenceHeader(simple), frame(key)], { isNewSequence: true, isCounted }), true);
    assert.ok(found);
    assert.deepEqual([found.width, found.height], [1280, 720]);
    assert.ok(found.startsKeyFrame && found.isKeyFrame && found.startsFrame && found.endsFrame && found.hasParameters);
    assert.deepEqual([found.temporalId, found.spatialId, found.hasBSlice], [-1, -1, false]);
  });

test('a sequence header is a place to start by itself, and no picture', () => {
  const found = read(aggregate([sequenceHeader(simple)]));
  assert.deepEqual([found?.startsKeyFrame, found?.startsFrame, found?.isKeyFrame], [true, false, false]);
});

test('an encoder that does not mark new sequences is understood by their headers', () => {
  assert.equal(read(aggregate([sequenceHeader(simple), frame(key)]))?.startsKeyFrame, true);
});

test('a sequence header before a picture that is no key frame is no place to start', () => {
  assert.equal(read(aggregate([sequenceHeader(simple), frame(inter)]))?.startsKeyFrame, false);
});

test('a key frame without a sequence header is one, and no place to start', () => {
  const found = read(aggregate([frame(key)]));
  assert.deepEqual([found?.isKeyFrame, found?.startsKeyFrame], [true, false]);
});

for (const [what, frameType] of [
  ['an inter frame', inter],
  ['a frame without references that is no key frame', 2],
  ['a switch frame', 3],
] as const)
  test(`${what} starts a picture alone`, () => {
    const found = read(aggregate([frame(frameType)]));
    assert.deepEqual([found?.startsFrame, found?.isKeyFrame, found?.startsKeyFrame], [true, false, false]);
  });

test('a picture that is shown again is no key frame', () => {
  const found = read(aggregate([obu(3, hex('80'))]));
  assert.deepEqual([found?.startsFrame, found?.isKeyFrame], [true, false]);
});

test('tiles that follow do not start a picture', () => {
  assert.equal(read(aggregate([obu(4, hex('0011'))]))?.startsFrame, false);
});

test('the rest of an OBU from the packet before is not taken for a header', () => {
  const rest = hex('30 10 aa');
  const found = read(aggregate([rest, frame(inter)], { isContinued: true }));
  assert.deepEqual([found?.startsFrame, found?.isKeyFrame, found?.startsKeyFrame], [true, false, false]);
  assert.equal(read(aggregate([hex('0a 0b')], { isContinued: true }))?.hasParameters, false);
});

test('an OBU that goes on in the next packet is read as far as it goes', () => {
  const found = read(
    aggregate([sequenceHeader(simple), frame(key).subarray(0, 3)], { goesOn: true, isNewSequence: true }),
  );
  assert.deepEqual([found?.startsKeyFrame, found?.width], [true, 1280]);
  const cut = read(aggregate([sequenceHeader(simple).subarray(0, 4)], { goesOn: true, isNewSequence: true }));
  assert.deepEqual([cut?.hasParameters, cut?.width], [true, 0]);
});

test('layers are told by the extension of an OBU', () => {
  const layer = { temporal: 2, spatial: 1 };
  const found = read(aggregate([obu(5, hex('0102')), frame(inter, { layer })]));
  assert.deepEqual([found?.temporalId, found?.spatialId], [2, 1]);
});

test('sizes inside of OBUs are passed over, also where the OBU goes on', () => {
  const layer = { temporal: 1, spatial: 0 };
  const whole = frame(key, { layer, hasSize: true });
  assert.equal(read(aggregate([whole]))?.isKeyFrame, true);
  assert.equal(read(aggregate([whole.subarray(0, 6)], { goesOn: true }))?.isKeyFrame, true);
  const large = obu(6, Buffer.concat([hex('10'), Buffer.alloc(300)]), { hasSize: true });
  assert.equal(read(aggregate([large.subarray(0, 50)], { goesOn: true }))?.isKeyFrame, true);
});

test('elements of no bytes are passed over', () => {
  assert.equal(read(aggregate([hex(''), frame(key)], { isCounted: false }))?.isKeyFrame, true);
});

test('sequence headers of any make are read', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const upTo = (below: number) => Math.floor(random() * below);
  const perhaps = (value: number) => (random() < 0.5 ? value : undefined);
  for (let i = 0; i < 3000; i++) {
    const sizeBits = 1 + upTo(16);
    const header: SequenceHeader = {
      width: 1 + upTo(2 ** sizeBits),
      height: 1 + upTo(2 ** sizeBits),
      sizeBits,
      isReduced: random() < 0.1,
      timing: random() < 0.5 ? undefined : { ticks: perhaps(upTo(1000)), delayBits: perhaps(1 + upTo(32)) },
      hasInitialDelays: random() < 0.5,
      points: Array.from({ length: 1 + upTo(32) }, () => ({ level: upTo(32), hasDelays: random() < 0.5 })),
    };
    const found = read(aggregate([sequenceHeader(header)]));
    const said = `SEED=${seed}, ${JSON.stringify(header)}`;
    assert.deepEqual([found?.width, found?.height], [header.width, header.height], said);
  }
});

for (const [what, payload] of [
  ['nothing', ''],
  ['a head without elements', '18'],
  ['an element longer than the packet', '00 05 30 10'],
  ['a size without an end', '00 ff ff'],
  ['a size of more bytes than a size has', '00 80 80 80 80 80 80 80 80 00'],
] as const)
  test(`${what} is no payload`, () => assert.equal(read(hex(payload)), undefined));

test('of the packet before nothing is left', () => {
  const reader = av1Reader();
  const layer = { temporal: 2, spatial: 1 };
  reader(aggregate([sequenceHeader(simple), frame(key, { layer })], { isNewSequence: true }), true);
  const plainOne = aggregate([obu(4, hex('0011'))]);
  assert.deepEqual({ ...reader(plainOne, false) }, { ...av1Reader()(plainOne, false) });
});
