import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodedHandshake, handshakeType } from '#server/rtc/dtls/dtls-record.ts';
import { finishedBody, isFinishedOf, pseudoRandom } from '#server/rtc/dtls/dtls-secrets.ts';

test('the PRF yields what the TLS working group published for P_SHA256', () => {
  const secret = Buffer.from('9bbe436ba940f017b17652849a71db35', 'hex');
  const seed = Buffer.from('a0ba9f936cda311827a6f796ffd5198c', 'hex');
  const expected =
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17' +
    'abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66';
  assert.equal(pseudoRandom(secret, 'test label', seed, 100).toString('hex'), expected);
});

test('a Finished holds for its side, its messages and its secret alone, and for nothing of another form', () => {
  const hello = encodedHandshake(handshakeType.clientHello, 0, Buffer.from('hello'));
  const master = Buffer.alloc(48, 7);
  const finished = encodedHandshake(handshakeType.finished, 3, finishedBody('server', [hello], master));
  assert.equal(isFinishedOf('server', finished, [hello], master), true);
  assert.equal(isFinishedOf('client', finished, [hello], master), false);
  assert.equal(isFinishedOf('server', finished, [hello, hello], master), false);
  assert.equal(isFinishedOf('server', finished, [hello], Buffer.alloc(48, 8)), false);
  for (const wrong of [finished.subarray(0, -1), Buffer.concat([finished, Buffer.alloc(1)]), Buffer.alloc(24)])
    assert.equal(isFinishedOf('server', wrong, [hello], master), false);
});
