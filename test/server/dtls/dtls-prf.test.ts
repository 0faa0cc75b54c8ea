import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Prf, prfOfHashes, prfOfHmacs } from '#server/rtc/dtls/dtls-prf.ts';

const ffi = process.getBuiltinModule('node:ffi');
const both: Readonly<Record<string, Prf>> = {
  'with an object for each HMAC': prfOfHmacs,
  ...(ffi && { "by OpenSSL's hash": prfOfHashes(ffi) }),
};

for (const [how, prf] of Object.entries(both))
  test(`the PRF yields what the TLS working group published for P_SHA256, ${how}`, () => {
    const secret = Buffer.from('9bbe436ba940f017b17652849a71db35', 'hex');
    const seed = Buffer.from('a0ba9f936cda311827a6f796ffd5198c', 'hex');
    const expected =
      'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17' +
      'abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66';
    assert.equal(prf(secret, 'test label', seed, 100).toString('hex'), expected);
  });

test('both ways give the same, whatever the lengths', { skip: !ffi && 'node:ffi is missing' }, () => {
  const prf = prfOfHashes(ffi);
  const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => 31 * i + length);
  for (let i = 0; i <= 64; i++) {
    const asked = [bytes(i), 'label', bytes(123 - i), 2 * i] as const;
    assert.deepEqual(prf(...asked), prfOfHmacs(...asked));
  }
  assert.throws(() => prf(bytes(65), 'x', bytes(1), 1), RangeError);
  assert.throws(() => prf(bytes(1), 'x', bytes(128), 1), RangeError);
  assert.throws(() => prf(bytes(1), 'x', bytes(1), 129), RangeError);
});

test('nothing of a secret is left in the memory that OpenSSL works on', {
  skip: !ffi && 'node:ffi is missing',
}, (t) => {
  const allocated = t.mock.method(Buffer, 'allocUnsafeSlow');
  const prf = prfOfHashes(ffi);
  const memory = allocated.mock.calls[0]?.result ?? assert.fail('it has no memory of its own');
  prf(Buffer.alloc(48, 7), 'label', Buffer.alloc(64, 9), 128);
  assert.ok(memory.every((byte) => byte === 0));
});
