import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { recordProtection } from '#server/rtc/dtls/dtls-protection.ts';
import { contentType, dtlsRecords, encodedRecord } from '#server/rtc/dtls/dtls-record.ts';
import { eventually } from '#test/harness/eventually.ts';
import { recordKeys } from '#test/server/werift-keys.ts';
import { certificate } from '../dtls-client.ts';
import { type Meeting, meetingAsServer, outcome } from '../dtls-meeting.ts';

const identity = dtlsIdentity();

test('a client that has lost our Finished gets it again, and stays', async () => {
  const own = await certificate();
  const sent: Uint8Array[] = [];
  const met = meetingAsServer(identity, own, own, {
    towardsThem: (datagram) => {
      const isProtected = dtlsRecords(datagram).some(({ epoch }) => epoch > 0);
      if (isProtected) sent.push(datagram);
      return isProtected && sent.length === 1 ? [] : [datagram];
    },
  });
  met.them.connect();
  await eventually('the client is connected', () => met.them.dtls.connected);
  assert.ok(sent.length > 1, 'the first was lost');
  assert.deepEqual([met.end, met.keys?.profile], [undefined, 7]);
});

test('with keys, an alert or a hello in the clear ends nothing: anybody could send it', async () => {
  const own = await certificate();
  let hello: Uint8Array | undefined;
  const met = meetingAsServer(identity, own, own, {
    towardsUs: (datagram) => {
      hello ??= datagram;
      return [datagram];
    },
  });
  met.them.connect();
  await outcome(met);
  const fatal = { type: contentType.alert, epoch: 0, sequenceNumber: 9, fragment: Buffer.from([2, 40]) };
  met.us.receive(encodedRecord(fatal));
  met.us.receive(encodedRecord({ ...fatal, fragment: Buffer.from([1, 0]) }));
  met.us.receive(hello ?? assert.fail('no hello was sent'));
  met.us.receive(encodedRecord({ ...fatal, epoch: 1, fragment: Buffer.alloc(26, 7) }));
  assert.equal(met.end, undefined);
});

test("the server's farewell reaches the client (C-13)", async () => {
  const own = await certificate();
  const met = meetingAsServer(identity, own, own);
  met.them.connect();
  await outcome(met);
  await eventually('the client is connected', () => met.them.dtls.connected);
  let isClosed = false;
  met.them.dtls.onClose.subscribe(() => {
    isClosed = true;
  });
  met.us.close();
  await eventually('the client knows', () => isClosed);
  assert.equal(met.end, undefined, 'our own farewell is not reported to us');
});

/** What a connected client would send under its keys. */
function protectedAlert({ them }: Meeting, level: number, description: number): Uint8Array {
  const { ours, theirs } = recordKeys(them.dtls) ?? assert.fail('the client has no keys');
  const fragment = Buffer.from([level, description]);
  const protection = recordProtection({ ours: theirs, theirs: ours });
  return encodedRecord(protection.seal({ type: contentType.alert, epoch: 1, sequenceNumber: 90, fragment }));
}

for (const [what, level, description, end] of [
  ["the client's farewell", 1, 0, 'Closed'],
  ['a fatal alert of the client', 2, 80, 'HandshakeFailed'],
] as const)
  test(`${what} under its keys ends the association; a mere warning, or one that was changed, does not`, async () => {
    const own = await certificate();
    const met = meetingAsServer(identity, own, own);
    met.them.connect();
    await outcome(met);
    await eventually('the client is connected', () => met.them.dtls.connected);
    met.us.receive(protectedAlert(met, 1, 90));
    const alert = protectedAlert(met, level, description);
    for (let at = 3; at < alert.length; at++) met.us.receive(alert.with(at, (alert[at] ?? 0) ^ 1));
    assert.equal(met.end, undefined);
    met.us.receive(alert);
    assert.equal(met.end?.[0], end);
  });
