import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  handshakeFragments,
  handshakeType,
  packed,
} from '#server/rtc/dtls/dtls-record.ts';

const { certificate } = handshakeType;

test('records and fragments are read back as they were written', () => {
  const fragment = encodedHandshake(certificate, 2, Buffer.from('abc'));
  const record = { type: 22, epoch: 1, sequenceNumber: 0x0102030405, fragment };
  const [first, second] = dtlsRecords(Buffer.concat([encodedRecord(record), encodedRecord(record)]));
  assert.deepEqual([first, second], [record, record]);
  assert.deepEqual(handshakeFragments(fragment), [
    { type: certificate, length: 3, message: 2, offset: 0, body: Buffer.from('abc') },
  ]);
});

test('records go together in datagrams of at most 1200 bytes, in order; a longer one goes alone', () => {
  const record = (length: number) => Buffer.alloc(length, length % 251);
  const lengths = [600, 600, 1, 1300, 500, 700, 1];
  const datagrams = packed(lengths.map(record));
  assert.deepEqual(
    datagrams.map(({ length }) => length),
    [1200, 1, 1300, 1200, 1],
  );
  assert.deepEqual(Buffer.concat(datagrams), Buffer.concat(lengths.map(record)));
  assert.deepEqual(packed([]), []);
});

test('a datagram or a record that is cut off yields what came before the cut', () => {
  const fragment = encodedHandshake(certificate, 2, Buffer.from('abc'));
  const bytes = encodedRecord({ type: 22, epoch: 0, sequenceNumber: 1, fragment });
  for (let length = 0; length < bytes.length; length++)
    assert.deepEqual(dtlsRecords(bytes.subarray(0, length)), [], `cut at ${length}`);
  for (let length = 0; length < fragment.length; length++)
    assert.deepEqual(handshakeFragments(fragment.subarray(0, length)), [], `cut at ${length}`);
});
