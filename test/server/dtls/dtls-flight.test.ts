import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { flight } from '#server/rtc/dtls/dtls-flight.ts';
import { recordProtection } from '#server/rtc/dtls/dtls-protection.ts';
import { contentType, dtlsRecords } from '#server/rtc/dtls/dtls-record.ts';

const key = { key: Buffer.alloc(16, 1), salt: Buffer.alloc(4, 2) };
const protection = recordProtection({ ours: key, theirs: key });
const messages = [Buffer.from('first'), Buffer.from('second')];

function flying(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sent: Uint8Array[] = [];
  const ours = flight((datagram) => sent.push(datagram));
  const numbers = () => sent.flatMap(dtlsRecords).map(({ epoch, sequenceNumber }) => [epoch, sequenceNumber]);
  return { ours, sent, numbers, wait: (ms: number) => t.mock.timers.tick(ms) };
}

test('a flight is repeated until it is stopped, after twice as long each time up to 3.2 s', (t) => {
  const { ours, sent, wait } = flying(t);
  ours.send([{ messages }]);
  const waits = [200, 400, 800, 1600, 3200, 3200];
  for (const [times, ms] of waits.entries()) {
    wait(ms - 1);
    assert.equal(sent.length, times + 1, `before ${ms} ms`);
    wait(1);
    assert.equal(sent.length, times + 2, `after ${ms} ms`);
  }
  ours.stop();
  wait(60_000);
  assert.equal(sent.length, waits.length + 1);
});

test('no record has a number that one before it had, in the clear or under keys: numbers are nonces', (t) => {
  const { ours, numbers, wait } = flying(t);
  ours.send([{ messages }, { messages, protection }]);
  ours.again();
  wait(200);
  ours.stop();
  const seen = numbers().map(String);
  assert.equal(seen.length, 15);
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual(numbers().slice(0, 5), [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
  ]);
});

test('the next flight takes the place of the one before; the last is sent once, and handed back', (t) => {
  const { ours, sent, wait } = flying(t);
  ours.send([{ messages: [Buffer.from('hello')] }]);
  ours.send([{ messages }]);
  const last = ours.last([{ messages, protection }]);
  wait(60_000);
  ours.again();
  assert.deepEqual(sent.slice(2).map(Buffer.from), [Buffer.from(last)]);
  assert.deepEqual(
    dtlsRecords(last).map(({ type }) => type),
    [contentType.changeCipherSpec, contentType.handshake, contentType.handshake],
  );
  assert.equal(last.buffer.byteLength, last.byteLength, 'it is kept, and no view into a pool');
});
