import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOrder } from '#server/rtc/dtls/dtls-messages.ts';
import { handshakeType } from '#server/rtc/dtls/dtls-record.ts';

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
const script = [clientHello, certificate, clientKeyExchange, certificateVerify] as readonly number[];
const order = () => messageOrder((type, message) => type === script[message]);

test('messages come out in order, whatever the order they arrive in', () => {
  const inOrder = order();
  assert.deepEqual(numbers(inOrder(whole(clientHello, 0))), [0]);
  assert.deepEqual(numbers(inOrder(whole(certificateVerify, 3))), []);
  assert.deepEqual(numbers(inOrder(whole(clientKeyExchange, 2))), []);
  assert.deepEqual(numbers(inOrder(whole(certificate, 1))), [1, 2, 3]);
});

test('each message comes out once', () => {
  const inOrder = order();
  assert.deepEqual(numbers(inOrder(whole(clientHello, 0))), [0]);
  assert.deepEqual(numbers(inOrder(whole(clientHello, 0))), []);
});

test('a message in pieces is put together, pieces that overlap or come twice too', () => {
  const inOrder = order();
  inOrder(whole(clientHello, 0));
  const text = 'a certificate in pieces';
  assert.deepEqual(inOrder(piece(certificate, 1, text, 10, 23)), []);
  assert.deepEqual(inOrder(piece(certificate, 1, text, 10, 23)), []);
  assert.deepEqual(inOrder(piece(certificate, 1, text, 0, 5)), []);
  const [due] = inOrder(piece(certificate, 1, text, 3, 12));
  assert.equal(due?.body.toString(), text);
});

test('what may not come is dropped: a second key exchange, Finished in the clear, later messages', () => {
  const inOrder = order();
  inOrder(whole(clientHello, 0));
  for (const message of [1, 4]) assert.deepEqual(inOrder(whole(clientKeyExchange, message)), []);
  assert.deepEqual(inOrder(whole(finished, 4)), []);
  assert.deepEqual(numbers(inOrder(whole(certificate, 1))), [1]);
});

test('a message that is too long, or changes its length, or runs over its end, is dropped', () => {
  const inOrder = order();
  assert.deepEqual(inOrder({ ...whole(clientHello, 0), length: 1 << 20 }), []);
  assert.deepEqual(inOrder({ ...whole(clientHello, 0), length: 3 }), []);
  assert.deepEqual(inOrder(piece(clientHello, 0, 'hello', 0, 2)), []);
  assert.deepEqual(inOrder(piece(clientHello, 0, 'hello!', 2, 6)), []);
  assert.deepEqual(numbers(inOrder(piece(clientHello, 0, 'hello', 2, 5))), [0]);
});

test('what waits for its other pieces is 16 KiB at most, of all messages together, and room comes back', () => {
  const inOrder = order();
  const long = 'x'.repeat(10_000);
  assert.deepEqual(inOrder(piece(clientKeyExchange, 2, long, 0, 1)), []);
  assert.deepEqual(inOrder(piece(certificate, 1, long, 0, 5000)), [], 'no room');
  inOrder(whole(clientHello, 0));
  assert.deepEqual(numbers(inOrder(whole(certificate, 1, Buffer.from(long)))), [1], 'whole, it need not wait');
  assert.deepEqual(numbers(inOrder(piece(clientKeyExchange, 2, long, 1, 10_000))), [2]);
  assert.deepEqual(inOrder(piece(certificateVerify, 3, long, 0, 5000)), []);
  assert.deepEqual(numbers(inOrder(piece(certificateVerify, 3, long, 5000, 10_000))), [3]);
});
