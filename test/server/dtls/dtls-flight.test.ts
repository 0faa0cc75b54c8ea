import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handshakeOrder } from '#server/rtc/dtls/dtls-flight.ts';
import {
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  handshakeFragments,
  handshakeType,
  packed,
} from '#server/rtc/dtls/dtls-record.ts';

const { clientHello, certificate, clientKeyExchange, certificateVerify, finished } = handshakeType;

const whole = (type: number, message: number, body = Buffer.from(`body ${message}`)) => ({
  type,
  message,
  length: body.length,
  offset: 0,
  body,
});
const piece = (type: number, message: number, text: string, from: number, to: number) => ({
  ...whole(type, message, Buffer.from(text).subarray(from, to)),
  length: text.length,
  offset: from,
});
const numbers = (due: readonly { readonly message: number }[]) => due.map(({ message }) => message);

test('messages come out in order, whatever the order they arrive in', () => {
  const order = handshakeOrder();
  assert.deepEqual(numbers(order(whole(clientHello, 0))), [0]);
  assert.deepEqual(numbers(order(whole(clientHello, 1))), [1]);
  assert.deepEqual(numbers(order(whole(certificateVerify, 4))), []);
  assert.deepEqual(numbers(order(whole(clientKeyExchange, 3))), []);
  assert.deepEqual(numbers(order(whole(certificate, 2))), [2, 3, 4]);
});

test('each message comes out once, but the first hello, until the second is there', () => {
  const order = handshakeOrder();
  assert.deepEqual(numbers(order(whole(clientHello, 0))), [0]);
  assert.deepEqual(numbers(order(whole(clientHello, 0))), [0]);
  assert.deepEqual(numbers(order(whole(clientHello, 1))), [1]);
  assert.deepEqual(numbers(order(whole(clientHello, 1))), []);
  assert.deepEqual(numbers(order(whole(clientHello, 0))), []);
});

test('a first hello that never stops coming is answered some times, not for ever: each answer costs a key pair', () => {
  const order = handshakeOrder();
  const due = Array.from({ length: 1000 }, () => order(whole(clientHello, 0)).length);
  assert.equal(due.filter((count) => count === 1).length, 20);
  assert.deepEqual(numbers(order(whole(clientHello, 1))), [1], 'the handshake can still go on');
});

test('a message in pieces is put together, pieces that overlap or come twice too', () => {
  const order = handshakeOrder();
  order(whole(clientHello, 0));
  order(whole(clientHello, 1));
  const text = 'a certificate in pieces';
  assert.deepEqual(order(piece(certificate, 2, text, 10, 23)), []);
  assert.deepEqual(order(piece(certificate, 2, text, 10, 23)), []);
  assert.deepEqual(order(piece(certificate, 2, text, 0, 5)), []);
  const [due] = order(piece(certificate, 2, text, 3, 12));
  assert.equal(due?.body.toString(), text);
});

test('what is not in the script is dropped: a second key exchange, Finished in the clear, later messages', () => {
  const order = handshakeOrder();
  order(whole(clientHello, 0));
  order(whole(clientHello, 1));
  for (const message of [2, 5]) assert.deepEqual(order(whole(clientKeyExchange, message)), []);
  assert.deepEqual(order(whole(finished, 5)), []);
  assert.deepEqual(numbers(order(whole(certificate, 2))), [2]);
});

test('a message that is too long, or changes its length, or runs over its end, is dropped', () => {
  const order = handshakeOrder();
  assert.deepEqual(order({ ...whole(clientHello, 0), length: 1 << 20 }), []);
  assert.deepEqual(order({ ...whole(clientHello, 0), length: 3 }), []);
  assert.deepEqual(order(piece(clientHello, 0, 'hello', 0, 2)), []);
  assert.deepEqual(order(piece(clientHello, 0, 'hello!', 2, 6)), []);
  assert.deepEqual(numbers(order(piece(clientHello, 0, 'hello', 2, 5))), [0]);
});

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
