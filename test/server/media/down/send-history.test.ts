import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asUs, noteFate, noteSent, sendHistory, sentBytes, sentUs, slotOf } from '#server/media/down/send-history.ts';
import { packetStatus } from '#server/media/rtp/transport-feedback.ts';

test('numbers count from 0 and wrap at 16 bits', () => {
  const history = sendHistory();
  for (let i = 0; i < 70_000; i++) assert.equal(noteSent(history, 1200, i), i & 0xffff);
});

test('the last 1024 packets are known, with size and time; others are not, nor any before the first', () => {
  const history = sendHistory();
  assert.equal(slotOf(history, 0), -1);
  assert.equal(slotOf(history, 0xffff), -1);
  noteSent(history, 100, 5);
  assert.equal(slotOf(history, 0), 0);
  assert.equal(slotOf(history, 0xffff), -1);
  for (let i = 1; i < 70_000; i++) noteSent(history, i % 1500, i);
  for (const back of [0, 1, 1023]) {
    const slot = slotOf(history, (69_999 - back) & 0xffff);
    assert.equal(sentBytes(history, slot), (69_999 - back) % 1500);
    assert.equal(sentUs(history, slot), asUs(69_999 - back));
  }
  assert.equal(slotOf(history, (69_999 - 1024) & 0xffff), -1);
  assert.equal(slotOf(history, 70_000 & 0xffff), -1);
});

test('times are microseconds that wrap', () => {
  assert.equal(asUs(1.25), 1250);
  assert.equal((asUs(2 ** 32 / 1000 + 7) - asUs(4)) | 0, 3000);
});

test('a packet arrives once, also after it was missing, and is not missing after that', () => {
  const history = sendHistory();
  noteSent(history, 1200, 0);
  const { missing, smallDelta, largeDelta } = packetStatus;
  assert.equal(noteFate(history, 0, missing), false);
  assert.equal(noteFate(history, 0, smallDelta), true);
  assert.equal(noteFate(history, 0, largeDelta), false);
  assert.equal(noteFate(history, 0, missing), false);
});
