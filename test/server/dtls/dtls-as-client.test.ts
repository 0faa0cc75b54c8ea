import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { recordProtection } from '#server/rtc/dtls/dtls-protection.ts';
import {
  contentType,
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  handshakeType,
} from '#server/rtc/dtls/dtls-record.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { recordKeys } from '#test/server/werift-keys.ts';
import { certificate } from '../dtls-client.ts';
import { meetingAsClient, outcome } from '../dtls-meeting.ts';

const identity = dtlsIdentity();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('as the client we agree on the same keys, under AES-GCM when the server has it (C-11)', async () => {
  const own = await certificate();
  const met = meetingAsClient(identity, own, own);
  met.us.begin();
  met.us.begin();
  await outcome(met);
  assert.equal(met.end, undefined);
  const { profile, localKey, localSalt, remoteKey, remoteSalt } = met.keys ?? assert.fail('no keys');
  assert.equal(profile, 7);
  const theirs = met.them.dtls.extractSessionKeys(16, 12);
  assert.deepEqual(
    [localKey, localSalt, remoteKey, remoteSalt].map(hex),
    [theirs.remoteKey, theirs.remoteSalt, theirs.localKey, theirs.localSalt].map(hex),
  );
});

test('nothing is sent before it is told that the client can be reached', async () => {
  const own = await certificate();
  const sent: Uint8Array[] = [];
  const met = meetingAsClient(identity, own, own, {
    towardsThem: (datagram) => {
      sent.push(datagram);
      return [];
    },
  });
  met.us.receive(randomBytes(seeded(1), 100));
  met.us.close();
  met.us.begin();
  await turn();
  assert.deepEqual([sent, met.keys, met.end], [[], undefined, undefined]);
});

test('a server without AES-GCM gets AES-CM with its longer salt', async () => {
  const own = await certificate();
  const met = meetingAsClient(identity, own, own, { srtpProfiles: [1] });
  met.us.begin();
  await outcome(met);
  assert.deepEqual([met.keys?.profile, met.keys?.localSalt.length], [1, 14]);
});

test('another certificate than the one in the offer is refused', async () => {
  const met = meetingAsClient(identity, await certificate(), await certificate());
  met.us.begin();
  await outcome(met);
  assert.deepEqual([met.end?.[0], met.keys], ['FingerprintMismatch', undefined]);
});

test("somebody else's certificate is refused, though its fingerprint matches: the key exchange is not signed by its key", async () => {
  const [victim, thief] = [await certificate(), await certificate()];
  const met = meetingAsClient(identity, thief, victim);
  met.them.dtls.cipher.localCert = new X509Certificate(victim.certPem).raw;
  met.us.begin();
  await outcome(met);
  assert.deepEqual([met.end?.[0], met.keys], ['BadSignature', undefined]);
});

test('a Finished that is not of this handshake is refused, though it is authentic', async () => {
  const own = await certificate();
  const met = meetingAsClient(identity, own, own, {
    towardsUs: (datagram) => {
      const isLast = dtlsRecords(datagram).some(({ epoch }) => epoch > 0);
      const keys = recordKeys(met.them.dtls);
      if (!isLast || keys === undefined) return [datagram];
      const fragment = encodedHandshake(handshakeType.finished, 5, Buffer.alloc(12));
      const plain = { type: contentType.handshake, epoch: 1, sequenceNumber: 7, fragment };
      return [encodedRecord(recordProtection(keys).seal(plain))];
    },
  });
  met.us.begin();
  await outcome(met);
  assert.deepEqual([met.end?.[0], met.keys], ['HandshakeFailed', undefined]);
});

test('what we send is repeated until it is answered, and what comes twice counts once', async () => {
  const own = await certificate();
  const seen = new Set<string>();
  const firstIsLost = (datagram: Uint8Array) => {
    const kind = dtlsRecords(datagram)
      .map(({ type, fragment }) => `${type}:${type === contentType.handshake ? fragment[0] : ''}`)
      .join(' ');
    if (seen.has(kind)) return [datagram];
    seen.add(kind);
    return [];
  };
  const met = meetingAsClient(identity, own, own, {
    towardsThem: firstIsLost,
    towardsUs: (datagram) => [datagram, datagram],
  });
  met.us.begin();
  await outcome(met);
  assert.deepEqual([met.end, met.keys?.profile], [undefined, 7]);
  assert.ok(seen.size >= 2, [...seen].join());
});

test('messages that are not their turn end the handshake with what is wrong', async () => {
  const own = await certificate();
  const met = meetingAsClient(identity, own, own, { towardsThem: () => [] });
  met.us.begin();
  const fragment = encodedHandshake(handshakeType.serverHelloDone, 0, Buffer.alloc(0));
  met.us.receive(encodedRecord({ type: contentType.handshake, epoch: 0, sequenceNumber: 0, fragment }));
  assert.deepEqual(met.end, ['HandshakeFailed', "the peer's message 0 is of type 14, which is not its turn"]);
});

test('whatever a server says, nothing is thrown', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  const own = await certificate();
  const types = Object.values(handshakeType);
  const pick = (below: number) => Math.floor(random() * below);
  /** The first that is due most of the time, with what is read first as it should be. */
  const body = (type: number) => {
    const bytes = Buffer.from(randomBytes(random, pick(120)));
    if (type !== handshakeType.serverHello || bytes.length < 42) return bytes;
    bytes.writeUInt16BE(0xfefd, 0);
    Buffer.from([0, 0xc0, 0x2b, 0]).copy(bytes, 34);
    return bytes;
  };
  for (let round = 0; round < 300; round++) {
    const us = identity.connect(own.wanted, { send() {}, onKeys() {}, onEnd() {} });
    us.begin();
    for (let message = 0; message < 6; message++) {
      const type = random() < 0.5 ? handshakeType.serverHello : (types[pick(types.length)] ?? 2);
      const fragment = encodedHandshake(type, message, body(type));
      us.receive(encodedRecord({ type: contentType.handshake, epoch: 0, sequenceNumber: message, fragment }));
    }
    us.receive(randomBytes(random, pick(200)));
    us.close();
  }
});
