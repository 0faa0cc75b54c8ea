import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inbox } from '#server/media/srtp/inbox.ts';
import { gcmRtcpCipher, gcmRtpCipher } from '#server/media/srtp/srtp-gcm.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { changedFfi } from '#test/server/changed-ffi.ts';

const box = inbox();
assert.ok(box, 'works on this Node');

const keysOf = (encryption: Buffer, salt: Buffer) => ({
  encryption,
  authentication: Buffer.alloc(0),
  salt,
});

test('the inbox opens what node:crypto sealed, and refuses what was changed, whatever the lengths and keys', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const ciphers = Array.from({ length: 5 }, () => {
    const keys = keysOf(randomBytes(random, 16), randomBytes(random, 12));
    return { sealing: gcmRtpCipher(keys), opening: gcmRtpCipher(keys, { inbox: box }) };
  });
  for (let i = 0; i < 500; i++) {
    const { sealing, opening } = ciphers[i % ciphers.length] ?? assert.fail();
    const header = randomBytes(random, 12 + 4 * Math.floor(random() * 40));
    // Beyond what it has room for, node:crypto opens.
    const payload = randomBytes(random, Math.floor(random() ** 2 * 3000));
    const [ssrc, index] = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 48)];
    const packet = Buffer.concat(sealing.seal(header, payload, ssrc, index));
    const open = (bytes: Buffer) => opening.open(bytes, header.length, ssrc, index)?.toString('hex');
    const changed = Buffer.from(packet);
    const at = Math.floor(random() * packet.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    assert.equal(open(changed), undefined, `SEED=${seed}`);
    assert.equal(open(packet), payload.toString('hex'), `SEED=${seed}`);
  }
});

test('after it is closed, a key opens by node:crypto', () => {
  const keys = keysOf(Buffer.alloc(16, 1), Buffer.alloc(12, 2));
  const cipher = gcmRtpCipher(keys, { inbox: box });
  const header = Buffer.alloc(12, 0x80);
  const packet = Buffer.concat(gcmRtpCipher(keys).seal(header, Buffer.from('text'), 1, 2));
  for (let i = 0; i < 2; i++) {
    assert.equal(cipher.open(packet, header.length, 1, 2)?.toString(), 'text');
    cipher.close();
  }
});

test('the inbox opens compounds that node:crypto sealed, and refuses what was changed', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const keys = keysOf(randomBytes(random, 16), randomBytes(random, 12));
  const [sealing, opening] = [gcmRtcpCipher(keys), gcmRtcpCipher(keys, { inbox: box })];
  for (let i = 0; i < 300; i++) {
    const compound = randomBytes(random, 8 + Math.floor(random() ** 2 * 2500));
    const index = Math.floor(random() * 2 ** 31);
    const packet = sealing.seal(compound, index);
    const changed = Buffer.from(packet);
    const at = Math.floor(random() * packet.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    assert.equal(opening.open(changed, index), undefined, `SEED=${seed}`);
    assert.deepEqual(opening.open(packet, index), compound, `SEED=${seed}`);
    if (i === 200) opening.close();
  }
});

const ffi = process.getBuiltinModule('node:ffi');
for (const [where, given, why] of [
  ['without node:ffi', undefined, /^this Node has no node:ffi$/],
  ['where node:ffi may call nothing', { ...ffi, dlopen: () => assert.fail('restricted') }, /restricted$/],
  ['where OpenSSL errs', changedFfi(ffi, { EVP_DecryptFinal_ex: () => () => 1 }), /in another way than expected$/],
] as const)
  test(`${where} there is no inbox, and it is told why`, (t) => {
    t.mock.method(process, 'getBuiltinModule', () => given);
    const reasons: string[] = [];
    assert.equal(
      inbox((reason) => reasons.push(reason)),
      undefined,
    );
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? '', why);
  });
