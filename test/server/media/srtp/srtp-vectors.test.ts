import assert from 'node:assert/strict';
import { test } from 'node:test';
import { srtpProfile } from '#server/media/plane.ts';
import { cmRtpCipher } from '#server/media/srtp/srtp-cm.ts';
import { gcmRtcpCipher, gcmRtpCipher } from '#server/media/srtp/srtp-gcm.ts';
import { derived, sessionKeys } from '#server/media/srtp/srtp-keys.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const masterKey = hex('E1F97A0D3E018BE0D64FA32C06DE4139');
const masterSalt = hex('0EC675AD498AFEEBB6960B3AABE6');

test('session keys of RFC 3711 appendix B.3', () => {
  const wanted = [
    { label: 0, length: 16 },
    { label: 2, length: 14 },
    { label: 1, length: 20 },
  ];
  assert.deepEqual(derived(masterKey, masterSalt, wanted), [
    hex('C61E7A93744F39EE10734AFE3FF7A087'),
    hex('30CBBC08863D8C85D49DB34A9AE1'),
    hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'),
  ]);
});

test('keystream of RFC 3711 appendix B.2', () => {
  const cipher = cmRtpCipher({
    encryption: hex('2B7E151628AED2A6ABF7158809CF4F3C'),
    authentication: Buffer.alloc(20),
    salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
  });
  const [, keystream] = cipher.seal(Buffer.alloc(12), Buffer.alloc(32), 0, 0);
  assert.deepEqual(keystream, hex('E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB'));
});

const rfc7714 = {
  encryption: hex('000102030405060708090a0b0c0d0e0f'),
  authentication: Buffer.alloc(0),
  salt: hex('517569642070726f2071756f'),
};

test('SRTP packet of RFC 7714 section 16.1', () => {
  const header = hex('8040f17b8041f8d35501a0b2');
  const plain = hex(`47616c6c696120657374206f6d6e6973206469766973612069
    6e207061727465732074726573`);
  const sealed = hex(`f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833
    899d7f27beb16a9152cf765ee4390cce`);
  const cipher = gcmRtpCipher(rfc7714);
  assert.deepEqual(Buffer.concat(cipher.seal(header, plain, 0x5501a0b2, 0xf17b)), Buffer.concat([header, sealed]));
  assert.deepEqual(cipher.open(Buffer.concat([header, sealed]), 12, 0x5501a0b2, 0xf17b), plain);
});

test('SRTCP packet of RFC 7714 section 17.1', () => {
  const plain = hex(`81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61
    deadbeefdeadbeefdeadbeefdeadbeefdeadbeef`);
  const sealed = hex(`81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b468
    6303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4`);
  const cipher = gcmRtcpCipher(rfc7714);
  assert.deepEqual(cipher.seal(plain, 0x5d4), sealed);
  assert.equal(cipher.index(sealed), 0x5d4);
  assert.deepEqual(cipher.open(sealed, 0x5d4), plain);
});

test("libsrtp's packet for AES128_CM_HMAC_SHA1_80", () => {
  const cipher = cmRtpCipher(sessionKeys(srtpProfile.AES128_CM_HMAC_SHA1_80, masterKey, masterSalt).rtp);
  const sealed = hex('800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb');
  const header = sealed.subarray(0, 12);
  const plain = Buffer.alloc(16, 0xab);
  assert.deepEqual(Buffer.concat(cipher.seal(header, plain, 0xcafebabe, 0x1234)), sealed);
  assert.deepEqual(cipher.open(sealed, 12, 0xcafebabe, 0x1234), plain);
});
