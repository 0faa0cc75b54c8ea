import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  below,
  emptyBits,
  exponential,
  flag,
  signedExponential,
  skip,
  startAt,
  take,
} from '#server/media/frame/bits.ts';
import { bitWriter, hex } from './bit-writer.ts';

function bitsOf(bytes: Buffer, isEscaped = false) {
  const bits = emptyBits();
  startAt(bits, bytes, 0, bytes.length, isEscaped);
  return bits;
}

test('numbers of any width come back, from any place in a byte', () => {
  const bits = bitsOf(bitWriter().put(5, 3).flag(true).put(0xdeadbeef, 32).put(0, 7).put(1, 1).bytes());
  assert.equal(take(bits, 3), 5);
  assert.equal(flag(bits), true);
  assert.equal(take(bits, 32), 0xdeadbeef);
  skip(bits, 7);
  assert.equal(flag(bits), true);
  assert.equal(bits.isExhausted, false);
});

// H.264 section 9.1, table 9-2.
for (const [code, value] of [
  ['80', 0],
  ['40', 1],
  ['60', 2],
  ['20', 3],
  ['38', 6],
  ['10', 7],
] as const)
  test(`the code that begins with ${code} is ${value}`, () => assert.equal(exponential(bitsOf(hex(code))), value));

test('codes of all sizes come back, signed ones too', () => {
  for (const value of [0, 1, 2, 7, 254, 255, 65_535, 2 ** 31, 2 ** 32 - 2])
    assert.equal(exponential(bitsOf(bitWriter().exponential(value).bytes())), value);
  for (const value of [0, 1, -1, 2, -2, 127, -128])
    assert.equal(Math.abs(signedExponential(bitsOf(bitWriter().signed(value).bytes())) - value), 0);
});

test('a code without an end is none', () => {
  const bits = bitsOf(Buffer.alloc(100));
  assert.equal(exponential(bits), 0);
  assert.equal(bits.isExhausted, true);
});

test('a number below a bound takes a bit less where that is enough', () => {
  // AV1 section 4.10.7: of five, the first three take two bits.
  for (const [value, written] of [
    [0, '00'],
    [1, '40'],
    [2, '80'],
    [3, 'c0'],
    [4, 'e0'],
  ] as const)
    assert.equal(below(bitsOf(hex(written)), 5), value);
  for (let count = 1; count <= 33; count++)
    for (let value = 0; value < count; value++)
      assert.equal(below(bitsOf(bitWriter().below(value, count).bytes()), count), value);
});

test('past the end there are zeros, and it is known', () => {
  const bits = bitsOf(hex('ff'));
  assert.equal(take(bits, 8), 0xff);
  assert.equal(bits.isExhausted, false);
  assert.equal(take(bits, 4), 0);
  assert.equal(bits.isExhausted, true);
});

test('bytes behind the end are not read', () => {
  const bits = emptyBits();
  startAt(bits, hex('00 ff ff'), 0, 1);
  assert.equal(take(bits, 16), 0);
  assert.equal(bits.isExhausted, true);
});

test('a 3 that keeps zeros from looking like a start code is left out', () => {
  assert.equal(take(bitsOf(hex('00 00 03 01'), true), 24), 1);
  assert.equal(take(bitsOf(hex('00 00 03 00 00 03 03'), true), 32), 0);
  assert.equal(take(bitsOf(hex('00 03 00 01'), true), 32), 0x00_03_00_01);
  assert.equal(take(bitsOf(hex('00 00 03 01')), 32), 0x00_00_03_01);
});

test('a 3 behind the zeros of what was read before is not left out', () => {
  const bits = bitsOf(hex('00 00'), true);
  take(bits, 16);
  startAt(bits, hex('03'), 0, 1, true);
  assert.equal(take(bits, 8), 3);
});
