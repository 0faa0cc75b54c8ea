import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtpPacket } from 'werift';
import {
  emptyHeader,
  extensionNumber,
  extensionText,
  headerTemplate,
  readHeader,
  writeHeader,
} from '#server/media/rtp/rtp.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

function read(packet: Buffer) {
  const header = emptyHeader();
  assert.equal(readHeader(packet, header), true);
  return header;
}

test('a plain header', () => {
  const header = read(hex('80e01234 00000bb8 cafebabe 01'));
  assert.equal(header.marker, true);
  assert.equal(header.payloadType, 96);
  assert.equal(header.sequence, 0x1234);
  assert.equal(header.timestamp, 3000);
  assert.equal(header.ssrc, 0xcafebabe);
  assert.equal(header.length, 12);
  assert.equal(header.hasPadding, false);
});

test('contributing sources and extensions belong to the header', () => {
  assert.equal(read(hex('b2600001 00000000 00000001 11111111 22222222 bede0001 10300000 ff')).length, 28);
});

test('the extension of the packet before is not seen in the next', () => {
  const header = emptyHeader();
  const withMid = hex('90600001 00000000 00000001 bede0001 10300000');
  readHeader(withMid, header);
  assert.equal(extensionText(withMid, header, 1), '0');
  const without = hex('80600001 00000000 00000001 10300000');
  readHeader(without, header);
  assert.equal(extensionText(without, header, 1), undefined);
});

test('what is cut short or of another version is no RTP packet', () => {
  const header = emptyHeader();
  const whole = hex('91600001 00000000 00000001 11111111 bede0001 10300000');
  for (let length = 0; length < whole.length; length++)
    assert.equal(readHeader(whole.subarray(0, length), header), false, `${length} bytes`);
  assert.equal(readHeader(hex('40600001 00000000 00000001'), header), false);
});

for (const [form, packet, id, value] of [
  ['one-byte', 'bede0002 10 30 22 aabbcc 00 00', 1, '0'],
  ['one-byte behind another', 'bede0002 22 aabbcc 40 00 10 61', 1, 'a'],
  ['one-byte behind padding', 'bede0001 00 00 10 62', 1, 'b'],
  ['two-byte', '10000002 05 00 11 02 6d31 0000', 17, 'm1'],
  ['two-byte with application bits', '10070001 11 01 31 00', 17, '1'],
] as const)
  test(`a MID in a ${form} extension`, () => {
    const bytes = hex(`90600001 00000000 00000001 ${packet}`);
    assert.equal(extensionText(bytes, read(bytes), id), value);
  });

for (const [fault, packet, id] of [
  ['is not there', 'bede0001 20 30 00 00', 1],
  ['runs past the end', 'bede0001 00 00 00 1f', 1],
  ['stands behind the stop', 'bede0001 f0 00 10 30', 1],
  ['is in a form nobody knows', 'abcd0001 10 30 00 00', 1],
  ['has lost its length', '10000001 00 00 00 11', 17],
] as const)
  test(`a MID that ${fault} is not found`, () => {
    const bytes = hex(`90600001 00000000 00000001 ${packet}`);
    assert.equal(extensionText(bytes, read(bytes), id), undefined);
  });

for (const [form, packet, id, value] of [
  ['in the one-byte form', 'bede0002 10 30 31 abcd 00 0000', 3, 0xabcd],
  ['in the two-byte form', '10000002 05 00 11 02 00ff 0000', 17, 0xff],
  ['of one byte is none', 'bede0001 30 ab 00 00', 3, -1],
  ['of three bytes is none', 'bede0001 32 ab cd ef', 3, -1],
  ['that runs past the end is none', 'bede0001 00 00 31 ab', 3, -1],
  ['that is not there is none', 'bede0001 10 30 00 00', 3, -1],
] as const)
  test(`a number ${form}`, () => {
    const bytes = hex(`90600001 00000000 00000001 ${packet}`);
    assert.equal(extensionNumber(bytes, read(bytes), id), value);
  });

for (const mid of [
  undefined,
  { id: 4, value: '0' },
  { id: 4, value: 'video0' },
  { id: 20, value: 'a' },
  { id: 3, value: 'm'.repeat(20) },
])
  test(`a header made from a template with ${JSON.stringify(mid)} reads back the same`, () => {
    const { header } = headerTemplate(
      0xdeadbeef,
      mid === undefined ? [] : [{ id: mid.id, value: Buffer.from(mid.value) }],
    );
    writeHeader(header, true, true, 111, 0x1fffe, 0xfedcba98);
    const packet = Buffer.concat([header, Buffer.from([9, 9, 2])]);
    const back = read(packet);
    assert.equal(back.length, header.length);
    assert.deepEqual(
      [back.hasPadding, back.marker, back.payloadType, back.sequence, back.timestamp, back.ssrc],
      [true, true, 111, 0xfffe, 0xfedcba98, 0xdeadbeef],
    );
    if (mid !== undefined) assert.equal(extensionText(packet, back, mid.id), mid.value);
    const werift = RtpPacket.deSerialize(packet);
    assert.equal(werift.header.sequenceNumber, 0xfffe);
    assert.deepEqual(
      werift.header.extensions
        .map(({ id, payload }) => ({ id, value: payload.toString() }))
        .filter(({ id }) => id !== 0),
      mid === undefined ? [] : [mid],
    );
  });

test('a header that is written again keeps nothing of the time before', () => {
  const { header } = headerTemplate(1, [{ id: 1, value: Buffer.from('0') }]);
  writeHeader(header, true, true, 127, 0xffff, 0xffffffff);
  writeHeader(header, false, false, 0, 0, 0);
  const back = read(header);
  assert.deepEqual(
    [back.hasPadding, back.marker, back.payloadType, back.sequence, back.timestamp],
    [false, false, 0, 0, 0],
  );
});
