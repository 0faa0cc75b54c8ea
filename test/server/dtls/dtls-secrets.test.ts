import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Master, prfOfHmacs } from '#server/rtc/dtls/dtls-prf.ts';
import { encodedHandshake, handshakeType } from '#server/rtc/dtls/dtls-record.ts';
import { finishedBody, isFinishedOf } from '#server/rtc/dtls/dtls-secrets.ts';

const masterOf =
  (byte: number): Master =>
  (...asked) =>
    prfOfHmacs(Buffer.alloc(48, byte), ...asked);

test('a Finished holds for its side, its messages and its secret alone, and for nothing of another form', () => {
  const hello = encodedHandshake(handshakeType.clientHello, 0, Buffer.from('hello'));
  const master = masterOf(7);
  const finished = encodedHandshake(handshakeType.finished, 3, finishedBody('server', [hello], master));
  assert.equal(isFinishedOf('server', finished, [hello], master), true);
  assert.equal(isFinishedOf('client', finished, [hello], master), false);
  assert.equal(isFinishedOf('server', finished, [hello, hello], master), false);
  assert.equal(isFinishedOf('server', finished, [hello], masterOf(8)), false);
  for (const wrong of [finished.subarray(0, -1), Buffer.concat([finished, Buffer.alloc(1)]), Buffer.alloc(24)])
    assert.equal(isFinishedOf('server', wrong, [hello], master), false);
});
