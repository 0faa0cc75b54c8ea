import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { queryObjects } from 'node:v8';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { nodeCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { eventually } from '#test/harness/eventually.ts';
import { certificate } from '../dtls-client.ts';
import { type Meeting, meetingAsServer, meetingInVain, outcome } from '../dtls-meeting.ts';

/** With keys that can be counted; dtls-keys-freed.test.ts counts those that production has. */
const identity = dtlsIdentity({ crypto: nodeCrypto });

/** Each handshake has a private key of its own. */
const PrivateKey = generateKeyPairSync('x25519').privateKey.constructor as new () => KeyObject;

/** After a collection of garbage. */
const keysLeft = () => queryObjects(PrivateKey, { format: 'count' });

const freed = (before: number) => eventually('nothing of the handshakes is left', () => keysLeft() === before);

async function connected(count: number, as = identity): Promise<readonly Meeting[]> {
  const own = await certificate();
  const meetings = Array.from({ length: count }, () => meetingAsServer(as, own, own));
  for (const { them } of meetings) them.connect();
  await Promise.all(meetings.map(outcome));
  for (const { them } of meetings) await eventually('the client is connected', () => them.dtls.connected);
  return meetings;
}

test("a connected client's association keeps nothing of its handshake, and can still say farewell", async () => {
  const before = keysLeft();
  const meetings = await connected(5);
  await freed(before);
  let farewells = 0;
  for (const { them, us } of meetings) {
    them.dtls.onClose.subscribe(() => {
      farewells += 1;
    });
    us.close();
  }
  await eventually('all clients know', () => farewells === meetings.length);
});

test('an association that was refused, or closed amid its handshake, keeps nothing', async () => {
  const before = keysLeft();
  const [own, other] = [await certificate(), await certificate()];
  const refused = meetingAsServer(identity, own, other);
  refused.them.connect();
  await outcome(refused);
  const closed = await meetingInVain(identity, own);
  assert.ok(keysLeft() > before, 'a key is seen where there is one');
  closed.us.close();
  await freed(before);
  assert.deepEqual([refused.end?.[0], closed.end], ['FingerprintMismatch', undefined]);
});

test('the fingerprints of the offer go with the handshake', async () => {
  const { met, wanted } = await withItsOwnFingerprints();
  await outcome(met);
  await eventually('they are freed', () => {
    keysLeft(); // collects garbage
    return wanted.deref() === undefined;
  });
  assert.equal(met.keys?.profile, 7);
});

/** That nobody else refers to. */
async function withItsOwnFingerprints() {
  const own = await certificate();
  const wanted = own.wanted.map((each) => ({ ...each }));
  const met = meetingAsServer(dtlsIdentity(), own, { wanted });
  met.them.connect();
  return { met, wanted: new WeakRef(wanted) };
}

test('keys are handed on in one memory that has nothing else, as a view into a pool would take the pool along', async () => {
  const [{ keys } = assert.fail('nobody has met')] = await connected(1, dtlsIdentity());
  const { localKey, localSalt, remoteKey, remoteSalt } = keys ?? assert.fail('no keys');
  const buffers = [localKey, localSalt, remoteKey, remoteSalt].map(({ buffer }) => buffer);
  assert.equal(new Set(buffers).size, 1);
  assert.equal(buffers[0]?.byteLength, 2 * (16 + 12));
});
