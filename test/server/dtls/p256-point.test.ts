import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { p256Point } from '#server/rtc/dtls/p256-point.ts';
import { selfSigned } from '#server/rtc/dtls/self-signed.ts';
import { certificate as weriftsCertificate } from '../dtls-client.ts';

const own = selfSigned(Date.now()).certificate;

const keyByOpenssl = (certificate: Buffer) =>
  new X509Certificate(certificate).publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);

test('the key of a certificate is the one that OpenSSL finds', async () => {
  const theirs = new X509Certificate((await weriftsCertificate()).certPem).raw;
  for (const certificate of [own, theirs]) assert.deepEqual(p256Point(certificate), keyByOpenssl(certificate));
});

test('keys of other kinds are left to OpenSSL', () => {
  const named = Buffer.from('2a8648ce3d030107', 'hex');
  const other = Buffer.from(own);
  other[own.indexOf(named) + named.length - 1] = 6;
  assert.equal(p256Point(other), undefined);
});

test('whatever is wrong with a certificate, it is not looked for outside of it', () => {
  for (let i = 0; i < own.length; i++) {
    assert.equal(p256Point(own.subarray(0, i)), undefined);
    for (const byte of [0, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff]) {
      const changed = Buffer.from(own);
      changed[i] = byte;
      const point = p256Point(changed);
      assert.ok(point === undefined || (point.length === 65 && point[0] === 4));
    }
  }
});
