import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DtlsIdentity, dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import type { DtlsEnd } from '#server/rtc/dtls/dtls-alert.ts';
import type { Dtls } from '#server/rtc/dtls/dtls-association.ts';
import { type DtlsCrypto, fastestCrypto, nodeCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { x25519OfNode } from '#server/rtc/dtls/dtls-x25519.ts';
import { fingerprints } from '#server/rtc/dtls/fingerprint.ts';
import { eventually } from '#test/harness/eventually.ts';
import { countedKeys } from '../changed-ffi.ts';
import { certificate } from '../dtls-client.ts';
import { meetingAsClient, meetingAsServer, meetingInVain, outcome } from '../dtls-meeting.ts';

const ffi = process.getBuiltinModule('node:ffi');
const skip = !ffi && 'node:ffi is missing';

/** What a server takes by itself, with the keys counted that OpenSSL has made for it and that are not freed. */
function production(t: TestContext) {
  const { ffi: counting, left, made } = countedKeys(ffi);
  t.mock.method(process, 'getBuiltinModule', () => counting);
  const crypto = fastestCrypto();
  t.mock.restoreAll();
  assert.notEqual(crypto, nodeCrypto);
  assert.equal(left(), 0, 'what it tried at start is freed');
  return { crypto, left, made };
}

test('handshakes that succeed, are refused, or are closed on their way leave no key, as the server', {
  skip,
}, async (t) => {
  const { crypto, left } = production(t);
  const identity = dtlsIdentity({ crypto });
  const [own, other] = [await certificate(), await certificate()];
  for (const wanted of [own, other]) {
    const met = meetingAsServer(identity, own, wanted);
    met.them.connect();
    await outcome(met);
  }
  const closed = await meetingInVain(identity, own);
  assert.equal(left(), 1);
  closed.us.close();
  assert.equal(left(), 0);
});

test('handshakes that succeed or are refused leave no key, as the client', { skip }, async (t) => {
  const { crypto, left, made } = production(t);
  const before = made();
  const identity = dtlsIdentity({ crypto });
  const [own, other] = [await certificate(), await certificate()];
  for (const wanted of [own, other]) {
    const met = meetingAsClient(identity, own, wanted);
    met.us.begin();
    await outcome(met);
  }
  assert.ok(made() > before, 'a key was made');
  assert.equal(left(), 0);
});

/** A handshake between ourselves, up to its outcome for the client. */
async function refusedBy(client: DtlsIdentity, server: DtlsIdentity): Promise<DtlsEnd | undefined> {
  const wantedOf = ({ fingerprint }: DtlsIdentity) => fingerprints([{ name: 'fingerprint', value: fingerprint }]);
  let end: DtlsEnd | undefined;
  const events = { onKeys: () => {}, onEnd: () => {} };
  const them: Dtls = server.accept(wantedOf(client), {
    ...events,
    send: (datagram) => setImmediate(us.receive, datagram),
  });
  const us: Dtls = client.connect(wantedOf(server), {
    ...events,
    send: (datagram) => setImmediate(them.receive, datagram),
    onEnd: (reason) => {
      end = reason;
    },
  });
  us.begin();
  await eventually('the handshake has an outcome', () => end);
  us.close();
  them.close();
  return end;
}

for (const [what, point] of [
  ['nothing', Buffer.alloc(0)],
  ['a byte less than a point', Buffer.alloc(31, 9)],
  ['a byte more than a point', Buffer.alloc(33, 9)],
  ['a point that makes every secret zero', Buffer.alloc(32)],
] as const)
  test(`a server that rightly signs ${what} is refused, and leaves no key`, { skip }, async (t) => {
    const { crypto, left, made } = production(t);
    const before = made();
    const x25519 = () => ({ ...x25519OfNode(), point });
    const server = dtlsIdentity({ crypto: { ...nodeCrypto, x25519 } });
    assert.equal(await refusedBy(dtlsIdentity({ crypto }), server), 'HandshakeFailed');
    assert.ok(made() > before, 'a key was made');
    assert.equal(left(), 0);
  });

test('where our signature fails, the handshake leaves no key, as the server', { skip }, async (t) => {
  const { crypto, left } = production(t);
  const fail = () => assert.fail('OpenSSL refuses');
  const own = await certificate();
  const hellos: Uint8Array[] = [];
  const client = dtlsIdentity().connect(own.wanted, {
    send: (datagram) => hellos.push(datagram),
    onKeys: () => {},
    onEnd: () => {},
  });
  client.begin();
  const broken: DtlsCrypto = { ...crypto, ecdsa: { ...crypto.ecdsa, signer: () => fail } };
  const events = { send: () => {}, onKeys: () => {}, onEnd: () => {} };
  const us = dtlsIdentity({ crypto: broken }).accept(own.wanted, events);
  assert.throws(() => us.receive(hellos[0] ?? assert.fail('no hello')), /OpenSSL refuses/);
  assert.equal(left(), 1);
  us.close();
  client.close();
  assert.equal(left(), 0);
});
