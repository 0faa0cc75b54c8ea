/** Payloads of each codec that fuzzing starts from: by hand, and of encoders. */
import { hex } from './bit-writer.ts';
import { encoded, packets } from './encoded.ts';
import { fuA, plain, sequenceParameters, slice, stapA } from './nal-units.ts';
import { aggregate, frame, obu, sequenceHeader, simple } from './obus.ts';

const key = Buffer.concat([slice(0, 7, 0x65), Buffer.alloc(30, 0x5a)]);
const high = sequenceParameters({
  ...plain,
  profile: 100,
  order: 0,
  scaling: Array.from({ length: 8 }, () => [1, -2, 3, -10]),
});
const vp9Key = '82 49 83 42 20 4f f0 2c f0 00';

const h264 = [
  sequenceParameters(plain),
  sequenceParameters({ ...plain, order: 1, cycle: [1, -2, 3], isProgressive: false }),
  high,
  stapA(high, hex('68ce3c80'), key),
  ...fuA(key, 12),
  ...fuA(high, 10),
  slice(0, 6),
  slice(120, 1),
  stapA(hex('6e 80 10 40'), slice(0, 5)),
  hex('0910'),
];

const vp8 = [
  hex('10  b0 12 00  9d 01 2a  80 42  68 41  00'),
  hex('b0 f0 8123 07 a5  b0 12 00  9d 01 2a  80 42  68 41'),
  hex('90 80 23 b1 aa'),
  hex('90 e0 8123 07 20 b1 aa'),
  hex('00 b0 aa'),
];

const vp9 = [
  hex(`08 ${vp9Key}`),
  hex(`aa 12 00 07  58  0140 00b4  0280 0168  0500 02d0  02  00  38 01 02 ${vp9Key}`),
  hex('e8 9234 53 2a 86 00 40 92'),
  hex('fc 12 00 03 06 86 00 40 92'),
  hex('84 12 86 00 40 92'),
];

const layer = { temporal: 2, spatial: 1 };
const timed = { ...simple, timing: { ticks: 5, delayBits: 12 }, points: [{ level: 9, hasDelays: true }] };
const av1 = [
  aggregate([sequenceHeader(simple), frame(0)], { isNewSequence: true }),
  aggregate([sequenceHeader(timed), frame(0)], { isNewSequence: true, isCounted: false }),
  aggregate([frame(1, { layer, hasSize: true })]),
  aggregate([obu(5, hex('0102')), frame(1, { layer }), frame(2, { layer })]),
  aggregate([Buffer.alloc(20, 0x33), frame(1)], { isContinued: true }),
  aggregate([obu(3, hex('80'))]),
];

const ofEncoders = (of: string): readonly Buffer[] =>
  encoded
    .filter(({ codec }) => codec === of)
    .flatMap((picture) => packets(picture, 60))
    .map(({ payload }) => payload);

export const corpus = {
  'video/h264;42e01f;1': [...h264, ...ofEncoders('h264')],
  'video/vp8': [...vp8, ...ofEncoders('vp8')],
  'video/vp9;0': [...vp9, ...ofEncoders('vp9')],
  'video/av1;0': [...av1, ...ofEncoders('av1')],
} as const;
