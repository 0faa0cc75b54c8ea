import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countReceived, latenessMs, reception, takeReport } from '#server/media/up/reception.ts';

/** Packets of 20 ms at 8 kHz, those for which `isLost` is true left out. */
function receive(counts: ReturnType<typeof reception>, from: number, to: number, isLost: (i: number) => boolean) {
  for (let i = from; i < to; i++) if (!isLost(i)) countReceived(counts, i & 0xffff, i * 160, 8000, i * 20);
}

test('nothing lost, steady arrival: no loss, no jitter', () => {
  const counts = reception();
  receive(counts, 100, 200, () => false);
  const report = takeReport(counts, 7, undefined, 5000);
  assert.deepEqual(report, {
    ssrc: 7,
    fractionLost: 0,
    cumulativeLost: 0,
    highestSequence: 199,
    jitter: 0,
    lastSenderReport: 0,
    delaySinceLast: 0,
  });
});

test('every fourth packet lost is a fraction of 64 of 256, of the last interval alone', () => {
  const counts = reception();
  receive(counts, 0, 100, () => false);
  takeReport(counts, 7, undefined, 0);
  receive(counts, 100, 200, (i) => i % 4 === 0);
  const report = takeReport(counts, 7, undefined, 0);
  assert.equal(report.fractionLost, 64);
  assert.equal(report.cumulativeLost, 25);
  receive(counts, 200, 300, () => false);
  const next = takeReport(counts, 7, undefined, 0);
  assert.equal(next.fractionLost, 0);
  assert.equal(next.cumulativeLost, 25);
});

test('packets that came twice make loss negative, not a fraction', () => {
  const counts = reception();
  receive(counts, 0, 10, () => false);
  receive(counts, 5, 10, () => false);
  const report = takeReport(counts, 7, undefined, 0);
  assert.equal(report.cumulativeLost, -5);
  assert.equal(report.fractionLost, 0);
});

test('the highest sequence number counts its laps', () => {
  const counts = reception();
  receive(counts, 0xfff0, 0x10010, () => false);
  assert.equal(takeReport(counts, 7, undefined, 0).highestSequence, 0x1000f);
});

test('jitter is the smoothed difference of transit times, by the formula of RFC 3550', () => {
  const counts = reception();
  let expected = 0;
  for (let i = 0; i < 50; i++) {
    // Every other packet 10 ms late: 80 units of 8 kHz.
    countReceived(counts, i, i * 160, 8000, i * 20 + (i % 2) * 10);
    if (i > 0) expected += (80 - expected) / 16;
  }
  assert.equal(takeReport(counts, 7, undefined, 0).jitter, Math.floor(expected));
});

test('timestamps that wrap do not look like jitter', () => {
  const counts = reception();
  for (let i = 0; i < 50; i++) countReceived(counts, i, (0xffffff00 + i * 160) >>> 0, 8000, i * 20);
  assert.equal(takeReport(counts, 7, undefined, 0).jitter, 0);
});

test('a report says which sender report came last, and how long ago', () => {
  const counts = reception();
  receive(counts, 0, 10, () => false);
  const report = takeReport(counts, 7, { middleNtp: 0xabcd1234, atMs: 1000 }, 1500);
  assert.equal(report.lastSenderReport, 0xabcd1234);
  assert.equal(report.delaySinceLast, 32768);
});

test('a packet is as late as it took longer than those of its time, whose way may become longer', () => {
  const counts = reception();
  receive(counts, 0, 100, () => false);
  const late = (i: number, ms: number) => latenessMs(counts, i * 160, 8000, i * 20 + ms);
  assert.equal(late(90, 0), 0);
  assert.equal(late(90, 150), 150);
  assert.equal(late(90, -30), -30);
  for (let i = 100; i < 300; i++) countReceived(counts, i, i * 160, 8000, i * 20 + 80);
  assert.ok(Math.abs(late(290, 230) - 150) < 3, `${late(290, 230)} ms`);
});

test('a clock that jumps makes no packet late by that', () => {
  const counts = reception();
  receive(counts, 0, 100, () => false);
  const jump = 0x7000_0000;
  for (let i = 100; i < 200; i++) countReceived(counts, i, (i * 160 + jump) >>> 0, 8000, i * 20);
  assert.equal(latenessMs(counts, (199 * 160 + jump) >>> 0, 8000, 199 * 20 + 40), 40);
});
