import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaMetric } from '#crds/media-metrics.ts';
import type { Distribution } from '#server/media/counts.ts';
import { lossCount, newlyLost } from '#server/media/rtp/loss-count.ts';
import { middleNtp } from '#server/media/rtp/rtcp.ts';
import { receiverReport, senderReport } from '#server/media/rtp/rtcp-write.ts';
import type { ReportBlock } from '#server/media/up/reception.ts';
import { arena } from '../arena.ts';
import { opus, videoDown, videoUp } from '../peer.ts';

const nothingLost: ReportBlock = {
  ssrc: 1000,
  fractionLost: 0,
  cumulativeLost: 0,
  highestSequence: 0,
  jitter: 0,
  lastSenderReport: 0,
  delaySinceLast: 0,
};

const observed = ({ counts }: Distribution) => counts.reduce((sum, count) => sum + count, 0);

/** A room where `packets` of video have gone to one subscriber; `report` is what it says of them. */
function reporting(packets = 100) {
  const at = arena();
  const [up, down] = [at.publisher('up'), at.subscriber('down')];
  for (let sequence = 0; sequence < packets; sequence++) at.from(up, up.rtp({ ssrc: 7, sequence }));
  const report = (...changes: readonly Partial<ReportBlock>[]) =>
    at.from(
      down,
      down.rtcp(
        receiverReport(
          1,
          changes.map((change) => ({ ...nothingLost, ...change })),
        ),
      ),
    );
  return { ...at, up, down, report };
}

test('a subscriber’s report adds the packets lost since the one before, and one observation of fraction and jitter', () => {
  const { report, totals } = reporting();
  report({ cumulativeLost: 5, fractionLost: 64, jitter: 900 });
  report({ cumulativeLost: 7, fractionLost: 0, jitter: 1800 });
  const { lost, lossRatio, jitterSeconds } = totals();
  assert.deepEqual(lost, { in: { audio: 0, video: 0 }, out: { audio: 0, video: 7 } });
  assert.equal(lossRatio.out.video.sum, 0.25);
  assert.equal(observed(lossRatio.out.video), 2);
  assert.equal(lossRatio.out.video.counts[0], 1, 'the one without loss');
  assert.ok(Math.abs(jitterSeconds.out.video.sum - 0.03) < 1e-9, 'at 90 kHz');
  assert.equal(observed(jitterSeconds.out.video), 2);
});

test('each kind has its own numbers, by its own clock', () => {
  const { publisher, subscriber, from, totals } = arena();
  const up = publisher('up', [videoUp({ kind: 'audio', codecs: [opus(111)] })]);
  const down = subscriber('down', [videoDown(1000, { kind: 'audio', codecs: [opus(111)] })]);
  for (let sequence = 0; sequence < 9; sequence++) from(up, up.rtp({ ssrc: 7, sequence, payloadType: 111 }));
  from(down, down.rtcp(receiverReport(1, [{ ...nothingLost, cumulativeLost: 2, jitter: 480 }])));
  assert.deepEqual(totals().lost.out, { audio: 2, video: 0 });
  assert.ok(Math.abs(totals().jitterSeconds.out.audio.sum - 0.01) < 1e-9, 'at 48 kHz');
});

test('losses that fall do not count backwards, nor twice when they rise again', () => {
  const { report, totals } = reporting();
  for (const cumulativeLost of [5, 2, 4, 6, -3, 6]) report({ cumulativeLost });
  assert.equal(totals().lost.out.video, 6);
});

test('no more is lost than was sent, whatever a report says', () => {
  const { report, totals } = reporting(100);
  report({ cumulativeLost: 0x7fffff, fractionLost: 255, jitter: 0xffffffff });
  assert.equal(totals().lost.out.video, 0, 'a jitter of hours is not believed, nor what comes with it');
  report({ cumulativeLost: 0x7fffff, fractionLost: 255 });
  assert.equal(totals().lost.out.video, 100);
});

test('cumulative losses that wrap at 24 bits go on counting', () => {
  const count = lossCount();
  const any = Number.POSITIVE_INFINITY;
  assert.equal(newlyLost(count, 0x7ffffe, any), 0x7ffffe);
  assert.equal(newlyLost(count, -0x7ffffe, any), 4);
  assert.equal(newlyLost(count, -0x7fffff, any), 0);
});

test('a report about an SSRC that is not ours changes nothing', () => {
  const { report, totals } = reporting();
  const before = totals();
  report({ ssrc: 1001, cumulativeLost: 5, fractionLost: 64, jitter: 900 });
  report({ ssrc: 7, cumulativeLost: 5 });
  assert.deepEqual(totals(), before);
});

test('a report of a track of which nothing was sent yet changes nothing, nor does one of the publisher’s', () => {
  const { publisher, subscriber, from, totals } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  const before = totals();
  const report = receiverReport(1, [{ ...nothingLost, cumulativeLost: 5 }]);
  from(down, down.rtcp(report));
  from(up, up.rtcp(report));
  assert.deepEqual(totals(), before);
});

test('garbage under a subscriber’s keys changes nothing', () => {
  const { down, from, totals } = reporting();
  const before = totals();
  const whole = receiverReport(1, [{ ...nothingLost, cumulativeLost: 5 }]);
  const wrongVersion = Buffer.from(whole);
  wrongVersion.writeUInt8(0x41, 0);
  const tooLong = Buffer.from(whole);
  tooLong.writeUInt16BE(60, 2);
  for (const compound of [whole.subarray(0, 20), wrongVersion, tooLong]) from(down, down.rtcp(compound));
  assert.deepEqual(totals(), before);
});

/** A room whose subscriber was just sent a sender report; `middles` are those it was sent, as it would refer to them. */
function timed() {
  const room = reporting(3);
  const { up, down, from, pass } = room;
  from(up, up.rtcp(senderReport(7, { seconds: 0xe1234567, fraction: 0x89abcdef }, 0, { packets: 3, octets: 6 })));
  pass(0);
  const middles = () =>
    down.inbox.rtcp.flatMap((packet) => (packet.type === 'SenderReport' ? [middleNtp(packet.ntp)] : []));
  return { ...room, middles };
}

test('the round trip is from our sender report to the subscriber’s answer, without the time it took to answer', () => {
  const { pass, report, totals, middles } = timed();
  const [lastSenderReport = 0] = middles();
  pass(100);
  report({ lastSenderReport, delaySinceLast: 0.06 * 65536 });
  const { roundTripSeconds } = totals();
  assert.ok(Math.abs(roundTripSeconds.sum - 0.04) < 1e-4, `${roundTripSeconds.sum} s`);
  assert.equal(roundTripSeconds.counts[mediaMetric.roundTrip.buckets.indexOf(0.05)], 1);
});

test('an answer to an earlier report counts too, one to a report of long ago does not', () => {
  const { pass, report, totals, middles } = timed();
  const [first = 0] = middles();
  pass(4000);
  report({ lastSenderReport: first, delaySinceLast: 0 });
  assert.ok(Math.abs(totals().roundTripSeconds.sum - 4) < 1e-4);
  pass(30_000);
  report({ lastSenderReport: first, delaySinceLast: 0 });
  assert.equal(observed(totals().roundTripSeconds), 1);
});

test('an answer to no report of ours, or from the future, is no round trip', () => {
  const { pass, report, totals, middles } = timed();
  const [lastSenderReport = 0] = middles();
  pass(100);
  report(
    { lastSenderReport: 0 },
    { lastSenderReport: lastSenderReport ^ 1 },
    { lastSenderReport, delaySinceLast: 65536 },
  );
  assert.equal(observed(totals().roundTripSeconds), 0);
});

test('what the publisher’s network lost is counted at each report to it, with fraction and jitter', () => {
  const { publisher, from, pass, totals } = arena();
  const up = publisher('up');
  pass(0);
  for (let sequence = 65530; sequence < 65550; sequence++)
    if (sequence % 4 !== 0) from(up, up.rtp({ ssrc: 7, sequence: sequence & 0xffff }));
  assert.equal(totals().lost.in.video, 0, 'not before');
  pass(1600);
  const { lost, lossRatio, jitterSeconds } = totals();
  assert.deepEqual(lost, { in: { audio: 0, video: 5 }, out: { audio: 0, video: 0 } });
  assert.equal(lossRatio.in.video.sum, 0.25);
  assert.deepEqual([observed(lossRatio.in.video), observed(jitterSeconds.in.video)], [1, 1]);
});

test('packets that come later than the report which missed them are not lost a second time', () => {
  const { publisher, from, pass, totals } = arena();
  const up = publisher('up');
  const send = (...sequences: number[]) => from(up, ...sequences.map((sequence) => up.rtp({ ssrc: 7, sequence })));
  send(1, 4);
  pass(1600);
  assert.equal(totals().lost.in.video, 2);
  send(2, 3, 5);
  pass(1600);
  send(6, 8);
  pass(1600);
  assert.equal(totals().lost.in.video, 2, 'one now, of two that were counted');
  send(12);
  pass(1600);
  assert.equal(totals().lost.in.video, 4);
});

test('of an interval in which nothing came nothing is told', () => {
  const { publisher, from, pass, totals } = arena();
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  pass(10_000);
  assert.equal(observed(totals().lossRatio.in.video), 1);
});
