import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { RtpHeader, RtpPacket, SrtcpSession, SrtpSession } from 'werift';
import { type SrtpKeys, type SrtpProfile, srtpProfile } from '#server/media/plane.ts';
import { openRtcp, openRtp, sealRtcp, srtpSession } from '#server/media/srtp/srtp.ts';
import { masterLength, sessionKeys } from '#server/media/srtp/srtp-keys.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** Both ends' view of one association. */
function pair(profile: SrtpProfile, random: () => number) {
  const { key, salt } = masterLength[profile];
  const [localKey, remoteKey] = [randomBytes(random, key), randomBytes(random, key)];
  const [localSalt, remoteSalt] = [randomBytes(random, salt), randomBytes(random, salt)];
  const keys: SrtpKeys = { profile, localKey, localSalt, remoteKey, remoteSalt };
  const mirrored = {
    localMasterKey: remoteKey,
    localMasterSalt: remoteSalt,
    remoteMasterKey: localKey,
    remoteMasterSalt: localSalt,
  };
  return { ours: srtpSession(keys), theirs: { profile, keys: mirrored } };
}

for (const [name, profile] of Object.entries(srtpProfile)) {
  test(`${name}: what werift seals we open, across wraps of the sequence number`, () => {
    const seed = freshSeed();
    const random = seeded(seed);
    const { ours, theirs } = pair(profile, random);
    const werift = new SrtpSession(theirs);
    for (let i = 0, sequence = 0xff00; i < 600; i++, sequence = (sequence + 1) & 0xffff) {
      const payload = randomBytes(random, 1 + Math.floor(random() * 1200));
      const packet = new RtpPacket(
        new RtpHeader({ payloadType: 96, sequenceNumber: sequence, timestamp: i, ssrc: 7 }),
        payload,
      );
      const sealed = werift.encrypt(packet.payload, packet.header);
      assert.deepEqual(openRtp(ours, sealed, 12, 7, sequence), payload, `seed ${seed}, packet ${i}`);
    }
  });

  test(`${name}: what we seal werift opens, in every lap`, () => {
    const seed = freshSeed();
    const random = seeded(seed);
    const { ours, theirs } = pair(profile, random);
    const werift = new SrtpSession(theirs);
    for (let index = 0xfff0; index < 0x10010; index++) {
      const header = Buffer.alloc(12);
      header[0] = 0x80;
      header.writeUInt16BE(index & 0xffff, 2);
      header.writeUInt32BE(9, 8);
      const payload = randomBytes(random, 100);
      const sealed = Buffer.concat(ours.outgoing.seal(header, payload, 9, index));
      assert.deepEqual(werift.decrypt(sealed), Buffer.concat([header, payload]), `seed ${seed}, index ${index}`);
    }
  });

  test(`${name}: SRTCP goes both ways between werift and us`, () => {
    const { ours, theirs } = pair(profile, seeded(1));
    const werift = new SrtcpSession(theirs);
    for (const report of ['80c90001cafebabe', `81c8000bcafebabe${'ab'.repeat(40)}`].map(hex)) {
      assert.deepEqual(openRtcp(ours, werift.encrypt(report)), report);
      assert.deepEqual(werift.decrypt(sealRtcp(ours, report)), report);
    }
  });

  test(`${name}: a packet that comes again is a replay, and a forged one changes nothing`, () => {
    const { ours, theirs } = pair(profile, seeded(2));
    const werift = new SrtpSession(theirs);
    const seal = (sequence: number) =>
      werift.encrypt(Buffer.from('payload'), new RtpHeader({ sequenceNumber: sequence, ssrc: 7 }));
    const [first, second] = [seal(100), seal(101)];
    assert.ok(Buffer.isBuffer(openRtp(ours, first, 12, 7, 100)));
    assert.equal(openRtp(ours, first, 12, 7, 100), 'Replayed');
    const forged = Buffer.from(first);
    forged.writeUInt16BE(30_000, 2);
    assert.equal(openRtp(ours, forged, 12, 7, 30_000), 'Forged');
    assert.ok(Buffer.isBuffer(openRtp(ours, second, 12, 7, 101)), 'the forgery must not have moved the window');
    const changed = Buffer.from(seal(102));
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    assert.equal(openRtp(ours, changed, 12, 7, 102), 'Forged');
    assert.equal(openRtp(ours, first.subarray(0, 15), 12, 7, 100), 'MalformedRtp');
  });

  test(`${name}: a report that comes again is a replay, one with a changed index a forgery`, () => {
    const { ours, theirs } = pair(profile, seeded(3));
    const report = new SrtcpSession(theirs).encrypt(hex('80c90001cafebabe'));
    assert.ok(Buffer.isBuffer(openRtcp(ours, report)));
    assert.equal(openRtcp(ours, report), 'Replayed');
    for (let at = 0; at < report.length; at++) {
      const changed = Buffer.from(report);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x02, at);
      assert.ok(['Forged', 'Replayed'].includes(String(openRtcp(ours, changed))), `byte ${at}`);
    }
    assert.equal(openRtcp(ours, report.subarray(0, 17)), 'MalformedRtp');
  });

  test(`${name}: no client can make us remember more than 64 sources, and what is refused for that is told apart`, () => {
    const { ours, theirs } = pair(profile, seeded(4));
    const werift = new SrtpSession(theirs);
    const verdicts = Array.from({ length: 65 }, (_, ssrc) =>
      openRtp(ours, werift.encrypt(Buffer.from('x'), new RtpHeader({ sequenceNumber: 1, ssrc })), 12, ssrc, 1),
    );
    assert.ok(verdicts.slice(0, 64).every(Buffer.isBuffer));
    assert.equal(verdicts[64], 'TooManySources');
  });

  test(`${name}: keys of a wrong length are refused`, () => {
    const { key, salt } = masterLength[profile];
    const [right, wrong] = [Buffer.alloc(key), Buffer.alloc(salt + 1)];
    const keys = { profile, localKey: right, remoteKey: right, localSalt: wrong, remoteSalt: wrong };
    assert.throws(() => srtpSession(keys), RangeError);
  });
}

test('unencrypted SRTCP is not accepted under GCM', () => {
  const { ours, theirs } = pair(srtpProfile.AEAD_AES_128_GCM, seeded(5));
  const header = hex('80c90001cafebabe');
  const index = hex('00000001');
  const keys = sessionKeys(theirs.profile, theirs.keys.localMasterKey, theirs.keys.localMasterSalt).rtcp;
  const iv = Buffer.from(keys.salt);
  for (const [i, byte] of [...hex('0000cafebabe'), 0, 0, ...index].entries()) iv[i] = (iv[i] ?? 0) ^ byte;
  const cipher = createCipheriv('aes-128-gcm', keys.encryption, iv);
  cipher.setAAD(Buffer.concat([header, index]));
  cipher.final();
  assert.equal(openRtcp(ours, Buffer.concat([header, cipher.getAuthTag(), index])), 'Forged');
});
