import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { type Ecdsa, ecdsaOfNode, ecdsaOfOpenssl } from '#server/rtc/dtls/dtls-ecdsa.ts';
import { p256Point } from '#server/rtc/dtls/p256-point.ts';
import { selfSigned } from '#server/rtc/dtls/self-signed.ts';
import { changedFfi } from '../changed-ffi.ts';

const ffi = process.getBuiltinModule('node:ffi');
const skip = !ffi && 'node:ffi is missing';
const ways: Readonly<Record<string, Ecdsa>> = {
  'by node:crypto': ecdsaOfNode,
  ...(ffi && { 'by OpenSSL': ecdsaOfOpenssl(ffi) }),
};

const { certificate, key } = selfSigned(Date.now());
const another = selfSigned(Date.now());
const data = Buffer.from('all messages before');

for (const [how, { isSigned }] of Object.entries(ways))
  for (const [by, { signer }] of Object.entries(ways))
    test(`a signature ${by} holds ${how} for its data and its key, and for nothing else`, () => {
      const signature = signer(key)(data);
      assert.equal(isSigned(certificate, data, signature), true);
      assert.equal(isSigned(another.certificate, data, signature), false);
      assert.equal(isSigned(certificate, Buffer.from('other messages'), signature), false);
      assert.equal(isSigned(certificate, data, signature.subarray(0, -1)), false);
      for (let i = 0; i < signature.length; i++) {
        const changed = Buffer.from(signature);
        changed[i] = (changed[i] ?? 0) ^ 1;
        assert.equal(isSigned(certificate, data, changed), false);
      }
      for (const wrong of [
        Buffer.alloc(0),
        Buffer.alloc(72),
        Buffer.alloc(2000, 0x30),
        Buffer.concat([signature, data]),
      ])
        assert.equal(isSigned(certificate, data, wrong), false);
      assert.equal(isSigned(certificate, data, signature), true, 'what was wrong has left nothing behind');
    });

/** With a point as the key of which a coordinate is another. */
const offCurve = Buffer.from(certificate);
const point = p256Point(certificate) ?? assert.fail('no key');
const lastOfPoint = offCurve.indexOf(point) + point.length - 1;
offCurve[lastOfPoint] = (offCurve[lastOfPoint] ?? 0) ^ 1;

for (const [how, { isSigned }] of Object.entries(ways))
  test(`a key that is no point of the curve has signed nothing, ${how}, even right after a good one`, () => {
    const signature = ecdsaOfNode.signer(key)(data);
    assert.equal(isSigned(certificate, data, signature), true);
    assert.equal(isSigned(offCurve, data, signature), false);
    for (const none of [Buffer.alloc(0), Buffer.from('no certificate'), Buffer.alloc(300, 3)])
      assert.equal(isSigned(none, data, signature), false);
  });

test('with a key that is no point of the curve, OpenSSL verifies nothing', { skip }, () => {
  let verified = 0;
  const countsVerified = changedFfi(ffi, {
    ECDSA_verify:
      (call) =>
      (...args) => {
        verified += 1;
        return call(...args);
      },
  });
  const { isSigned } = ecdsaOfOpenssl(countsVerified);
  const signature = ecdsaOfNode.signer(key)(data);
  assert.equal(isSigned(certificate, data, signature), true);
  assert.equal(isSigned(offCurve, data, signature), false);
  assert.equal(verified, 1);
});

test('no error is left in OpenSSL for whoever calls it next', { skip }, () => {
  const { functions: openssl } = ffi.dlopen(null, { ERR_peek_error: { return: 'uint64', arguments: [] } });
  const { isSigned } = ecdsaOfOpenssl(ffi);
  for (const signature of [Buffer.alloc(72), ecdsaOfNode.signer(another.key)(data), Buffer.alloc(9, 0x30)])
    assert.equal(isSigned(certificate, data, signature), false);
  assert.equal(openssl.ERR_peek_error(), 0n);
});

test('nothing of our key is left in the memory that OpenSSL works on', { skip }, (t) => {
  const allocated = t.mock.method(Buffer, 'allocUnsafeSlow');
  const { signer } = ecdsaOfOpenssl(ffi);
  const memory = allocated.mock.calls[0]?.result ?? assert.fail('it has no memory of its own');
  const sign = signer(key);
  assert.ok(memory.every((byte) => byte === 0));
  sign(data);
  assert.ok(memory.includes(hash('sha256', data, 'buffer')), 'that is the memory');
});
