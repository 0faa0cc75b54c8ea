import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import {
  contentType,
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  type HandshakeFragment,
  handshakeFragments,
  handshakeType,
} from '#server/rtc/dtls/dtls-record.ts';
import { fingerprintLine } from '#server/rtc/dtls/fingerprint.ts';
import { eventually } from '#test/harness/eventually.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { certificate, dtlsClient } from '../dtls-client.ts';
import { meetingAsServer, outcome } from '../dtls-meeting.ts';

const identity = dtlsIdentity();

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('client and server agree on the same keys, under AES-GCM when the client has it', async () => {
  const own = await certificate();
  const met = meetingAsServer(identity, own, own);
  met.them.connect();
  await outcome(met);
  assert.equal(met.end, undefined);
  assert.equal(met.keys?.profile, 7);
  await eventually('the client is connected', () => met.them.dtls.connected);
  const theirs = met.them.dtls.extractSessionKeys(16, 12);
  const { localKey, localSalt, remoteKey, remoteSalt } = met.keys ?? assert.fail('no keys');
  assert.deepEqual(
    [localKey, localSalt, remoteKey, remoteSalt].map(hex),
    [theirs.remoteKey, theirs.remoteSalt, theirs.localKey, theirs.localSalt].map(hex),
  );
});

test('a client without AES-GCM gets AES-CM with its longer salt', async () => {
  const own = await certificate();
  const met = meetingAsServer(identity, own, own, { srtpProfiles: [1] });
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.keys?.profile, met.keys?.localSalt.length], [1, 14]);
});

test('another certificate than the one in the offer is refused', async () => {
  const met = meetingAsServer(identity, await certificate(), await certificate());
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.end?.[0], met.keys], ['FingerprintMismatch', undefined]);
});

test("somebody else's certificate is refused, though its fingerprint matches: the signature is not by its key", async () => {
  const [victim, thief] = [await certificate(), await certificate()];
  const met = meetingAsServer(identity, { certPem: victim.certPem, keyPem: thief.keyPem }, victim);
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.end?.[0], met.keys], ['BadSignature', undefined]);
});

test('a second key exchange after the signed one does not replace its keys', async () => {
  const own = await certificate();
  const met = meetingAsServer(identity, own, own, {
    towardsUs: (datagram) => {
      const isVerify = dtlsRecords(datagram).some(({ fragment }) => fragment[0] === handshakeType.certificateVerify);
      if (!isVerify) return [datagram];
      const key = Buffer.concat([Buffer.from([32]), Buffer.alloc(32, 9)]);
      const fragment = encodedHandshake(handshakeType.clientKeyExchange, 4, key);
      const forged = encodedRecord({ type: contentType.handshake, epoch: 0, sequenceNumber: 90, fragment });
      return [datagram, forged];
    },
  });
  met.them.connect();
  await outcome(met);
  await eventually('the client is connected', () => met.them.dtls.connected);
  assert.equal(hex(met.keys?.remoteKey ?? Buffer.alloc(0)), hex(met.them.dtls.extractSessionKeys(16, 12).localKey));
});

test('a handshake survives datagrams that come twice and in the wrong order', async () => {
  const own = await certificate();
  let held: Uint8Array | undefined;
  const met = meetingAsServer(identity, own, own, {
    towardsUs: (datagram) => {
      const before = held;
      held = before === undefined ? datagram : undefined;
      return before === undefined ? [datagram] : [datagram, before, datagram];
    },
  });
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.end, met.keys?.profile], [undefined, 7]);
});

test('a handshake survives the loss of each of its datagrams once', async () => {
  const own = await certificate();
  const seen = new Set<string>();
  const met = meetingAsServer(identity, own, own, {
    towardsUs: (datagram) => {
      const [record] = dtlsRecords(datagram);
      const kind = `${record?.type} ${record?.epoch} ${record?.fragment.subarray(0, 6).toString('hex')}`;
      const isNew = !seen.has(kind);
      seen.add(kind);
      return isNew ? [] : [datagram];
    },
  });
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.end, met.keys?.profile], [undefined, 7]);
});

test('each of our flights is one datagram', async () => {
  const own = await certificate();
  const datagrams: number[] = [];
  const met = meetingAsServer(identity, own, own, {
    towardsThem: (datagram) => {
      datagrams.push(dtlsRecords(datagram).length);
      return [datagram];
    },
  });
  met.them.connect();
  await eventually('the client is connected', () => met.them.dtls.connected);
  // Hello, certificate, key exchange, certificate request, done; change cipher spec and finished.
  assert.deepEqual(datagrams, [5, 2]);
});

test('our key exchange is signed with the key of the certificate whose fingerprint our answers name', async () => {
  const own = await certificate();
  const said = { client: [] as HandshakeFragment[], server: [] as HandshakeFragment[] };
  const heard = (by: HandshakeFragment[]) => (datagram: Uint8Array) => {
    const inTheClear = dtlsRecords(datagram).filter(({ epoch, type }) => epoch === 0 && type === contentType.handshake);
    by.push(...inTheClear.flatMap(({ fragment }) => handshakeFragments(fragment)));
    return [datagram];
  };
  const met = meetingAsServer(identity, own, own, { towardsUs: heard(said.client), towardsThem: heard(said.server) });
  met.them.connect();
  await outcome(met);
  const body = (by: readonly HandshakeFragment[], wanted: number) =>
    by.findLast(({ type }) => type === wanted)?.body ?? assert.fail(`no message ${wanted}`);
  const shown = body(said.server, handshakeType.certificate).subarray(6);
  assert.equal(fingerprintLine(shown), identity.fingerprint);
  // RFC 8422 section 5.4: curve type 1 │ curve 2 │ length 1 │ public key │ algorithm 2 │ length 2 │ signature.
  const exchange = body(said.server, 12);
  const end = 4 + exchange.readUInt8(3);
  const random = (hello: Buffer) => hello.subarray(2, 34);
  const signed = [random(body(said.client, handshakeType.clientHello)), random(body(said.server, 2))];
  const key = new X509Certificate(shown).publicKey;
  const data = Buffer.concat([...signed, exchange.subarray(0, end)]);
  assert.ok(verify('sha256', data, key, exchange.subarray(end + 4, end + 4 + exchange.readUInt16BE(end + 2))));
});

test('a client that aborts the handshake ends it at once', async () => {
  const own = await certificate();
  const met = meetingAsServer(identity, own, own);
  const fragment = Buffer.from([2, 40]);
  met.us.receive(encodedRecord({ type: contentType.alert, epoch: 0, sequenceNumber: 0, fragment }));
  assert.deepEqual(met.end, ['HandshakeFailed', 'the client sent the fatal alert 40']);
});

test('a datagram that no DTLS client sends in one piece is dropped unread: its records would all be work', async () => {
  const own = await certificate();
  const sent: Uint8Array[] = [];
  const asking = dtlsClient(own, (datagram) => sent.push(datagram));
  asking.connect();
  const hello = await eventually('the client says hello', () => sent[0]);
  asking.stop();
  const answers: Uint8Array[] = [];
  const server = identity.accept(own.wanted, { send: (each) => answers.push(each), onKeys() {}, onEnd() {} });
  after(() => server.close());
  server.receive(Buffer.concat(Array.from({ length: 30 }, () => hello)));
  await turn();
  assert.equal(answers.length, 0);
  server.receive(hello);
  await turn();
  assert.equal(answers.length, 1);
});

test('noise is dropped, and at some point the handshake is given up', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  const own = await certificate();
  const met = meetingAsServer(identity, own, own);
  for (let count = 0; count < 99; count++) {
    met.us.receive(randomBytes(random, count));
    const fragment = randomBytes(random, count);
    met.us.receive(encodedRecord({ type: contentType.handshake, epoch: count % 2, sequenceNumber: count, fragment }));
    if (count < 40) assert.equal(met.end, undefined);
  }
  assert.equal(met.end?.[0], 'HandshakeFailed');
});
