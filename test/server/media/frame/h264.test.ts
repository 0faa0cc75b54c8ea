import assert from 'node:assert/strict';
import { test } from 'node:test';
import { h264Reader } from '#server/media/frame/h264.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { hex } from './bit-writer.ts';
import { fuA, plain, type SequenceParameters, sequenceParameters, slice, stapA } from './nal-units.ts';

const read = (payload: Buffer, marker = false) => h264Reader()(payload, marker);
const sizeOf = (set: Partial<SequenceParameters>) => {
  const frame = read(sequenceParameters({ ...plain, ...set }));
  return [frame?.width, frame?.height];
};
const idr = (firstMacroblock: number) => slice(firstMacroblock, 7, 0x65);

test('a sequence parameter set tells the size, less what is cropped', () => {
  assert.deepEqual(sizeOf({}), [640, 360]);
  assert.deepEqual(sizeOf({ macroblocksAcross: 120, unitsDown: 68 }), [1920, 1080]);
  assert.deepEqual(sizeOf({ crop: [1, 2, 3, 4] }), [634, 354]);
  assert.deepEqual(sizeOf({ crop: [0, 0, 0, 0] }), [640, 368]);
});

test('cropping is counted in the units of the chroma', () => {
  const at = (chroma: number, hasPlanesApart = false) =>
    sizeOf({ profile: 244, chroma, hasPlanesApart, crop: [1, 0, 1, 0] });
  assert.deepEqual(at(0), [639, 367]);
  assert.deepEqual(at(1), [638, 366]);
  assert.deepEqual(at(2), [638, 367]);
  assert.deepEqual(at(3), [639, 367]);
  assert.deepEqual(at(3, true), [639, 367]);
});

test('where pictures may be fields, heights are those of both', () => {
  assert.deepEqual(
    sizeOf({ macroblocksAcross: 120, unitsDown: 34, isProgressive: false, crop: [0, 0, 0, 2] }),
    [1920, 1080],
  );
});

test('sets of any make are read', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const upTo = (below: number) => Math.floor(random() * below);
  /** Differences of a whole list; one that leads to a scale of 0 ends it. */
  const scalingList = (size: number) => {
    const differences: number[] = [];
    for (let scale = 8; differences.length < size && scale !== 0; ) {
      const next = upTo(256);
      differences.push(((next - scale + 384) % 256) - 128);
      scale = next;
    }
    return differences;
  };
  for (let i = 0; i < 3000; i++) {
    const isHigh = random() < 0.7;
    const chroma = isHigh ? upTo(4) : 1;
    const lists = isHigh && random() < 0.5 ? (chroma === 3 ? 12 : 8) : 0;
    const set: SequenceParameters = {
      profile: (isHigh ? [100, 110, 122, 244] : [66, 77, 88])[upTo(3)] ?? 66,
      chroma,
      hasPlanesApart: random() < 0.5,
      scaling: Array.from({ length: lists }, (_, list) =>
        random() < 0.5 ? undefined : scalingList(list < 6 ? 16 : 64),
      ),
      order: upTo(3),
      cycle: Array.from({ length: upTo(4) }, () => upTo(100) - 50),
      macroblocksAcross: 2 + upTo(500),
      unitsDown: 2 + upTo(250),
      isProgressive: random() < 0.5,
      crop: [upTo(4), upTo(4), upTo(2), upTo(2)],
    };
    const [left = 0, right = 0, top = 0, bottom = 0] = set.crop;
    const isApart = chroma === 3 && set.hasPlanesApart;
    const [across, down] = isApart
      ? [1, 1]
      : ([
          [1, 1],
          [2, 2],
          [2, 1],
          [1, 1],
        ][chroma] ?? [1, 1]);
    const fields = set.isProgressive ? 1 : 2;
    assert.deepEqual(
      sizeOf(set),
      [
        16 * set.macroblocksAcross - (across ?? 1) * (left + right),
        fields * (16 * set.unitsDown - (down ?? 1) * (top + bottom)),
      ],
      `SEED=${seed}, ${JSON.stringify(set)}`,
    );
  }
});

test('a set that is cut short, or tells of a size that cannot be, tells none', () => {
  const whole = sequenceParameters(plain);
  for (let length = 2; length < whole.length - 1; length++) assert.equal(read(whole.subarray(0, length))?.width, 0);
  assert.deepEqual(sizeOf({ macroblocksAcross: 2 ** 31, unitsDown: 2 }), [0, 0]);
  assert.deepEqual(sizeOf({ crop: [400, 400, 0, 0] }), [0, 0]);
});

test('a set by itself is a place to start, and no picture', () => {
  const frame = read(sequenceParameters(plain));
  assert.deepEqual([frame?.startsKeyFrame, frame?.hasParameters], [true, true]);
  assert.deepEqual([frame?.isKeyFrame, frame?.startsFrame], [false, false]);
});

test('a set in STAP-A before the picture it is for', () => {
  const frame = read(stapA(sequenceParameters(plain), hex('68ce3c80'), idr(0)), true);
  assert.deepEqual([frame?.width, frame?.height], [640, 360]);
  assert.ok(frame?.startsKeyFrame && frame.isKeyFrame && frame.startsFrame && frame.endsFrame && frame.hasParameters);
});

test('a set in the first part of FU-A, as far as it goes', () => {
  const [first, ...later] = fuA(sequenceParameters(plain), 100);
  assert.ok(first);
  assert.deepEqual([read(first)?.width, read(first)?.startsKeyFrame, later.length], [640, true, 0]);
  const [begun, rest] = fuA(sequenceParameters(plain), 5);
  assert.ok(begun && rest);
  assert.deepEqual([read(begun)?.width, read(begun)?.hasParameters, read(rest)?.hasParameters], [0, true, false]);
});

test('each part of a key frame says that it is one, and the first that it begins', () => {
  const parts = fuA(Buffer.concat([idr(0), Buffer.alloc(30)]), 10).map((part) => {
    const frame = read(part);
    return [frame?.isKeyFrame, frame?.startsFrame, frame?.startsKeyFrame];
  });
  assert.deepEqual(parts.slice(0, 2), [
    [true, true, true],
    [true, false, false],
  ]);
  assert.ok(parts.length > 2);
});

test('a later slice does not begin a picture', () => {
  assert.deepEqual(
    [read(idr(60))?.isKeyFrame, read(idr(60))?.startsFrame, read(idr(60))?.startsKeyFrame],
    [true, false, false],
  );
  assert.deepEqual([read(slice(0, 5))?.startsFrame, read(slice(60, 5))?.startsFrame], [true, false]);
});

for (const [type, name, isB] of [
  [0, 'P', false],
  [1, 'B', true],
  [2, 'I', false],
  [3, 'SP', false],
  [5, 'P alone', false],
  [6, 'B alone', true],
  [7, 'I alone', false],
] as const)
  for (const first of [0, 60, 70_000])
    test(`a slice of type ${name} from macroblock ${first} is ${isB ? 'a' : 'no'} B slice, however it is packed`, () => {
      const unit = slice(first, type);
      for (const payload of [unit, stapA(hex('0605'), unit), fuA(unit, 100)[0]])
        assert.equal(read(payload ?? hex(''))?.hasBSlice, isB);
    });

test('a slice header that is cut short tells no type', () => {
  assert.equal(read(hex('01 80'))?.hasBSlice, false);
  assert.equal(read(hex('01 00 00'))?.startsFrame, false);
});

test('layers are told by the prefix of a slice', () => {
  // svc_extension_flag; dependency_id 1; temporal_id 2.
  const frame = read(stapA(hex('6e 80 10 40'), slice(0, 5)));
  assert.deepEqual([frame?.spatialId, frame?.temporalId], [1, 2]);
  assert.equal(read(stapA(hex('6e 00 10 40'), slice(0, 5)))?.temporalId, -1);
  assert.equal(read(hex('6e 80 10'))?.temporalId, -1);
});

test('the marker ends the picture', () => {
  assert.equal(read(slice(0, 5), true)?.endsFrame, true);
  assert.equal(read(slice(0, 5), false)?.endsFrame, false);
});

test('a set of units that is cut short is read as far as it goes', () => {
  assert.equal(read(stapA(hex('0605'), idr(0)).subarray(0, -1))?.startsKeyFrame, true);
  assert.equal(read(hex('78 0000 0000 0002 6588'))?.startsKeyFrame, true);
  assert.equal(read(hex('78 00'))?.startsFrame, false);
});

for (const [what, payload] of [
  ['nothing', ''],
  ['a byte', '65'],
  ['a unit of no known type', '00 88'],
  ['units interleaved, which nobody negotiates', '79 0000 0002 6588'],
] as const)
  test(`${what} is no payload`, () => assert.equal(read(hex(payload)), undefined));

test('of the packet before nothing is left', () => {
  const reader = h264Reader();
  reader(stapA(hex('6e 80 10 40'), sequenceParameters(plain), idr(0), slice(0, 6)), true);
  assert.deepEqual({ ...reader(hex('09 10'), false) }, { ...h264Reader()(hex('09 10'), false) });
});
