import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hearLink, linkEstimate } from '#server/media/down/link-estimate.ts';
import { fate, fateOf, noteSent, sendHistory } from '#server/media/down/send-history.ts';
import { remb } from '#server/media/rtp/remb.ts';
import { receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { emptyFeedback } from '#server/media/rtp/transport-feedback.ts';
import type { ReportBlock } from '#server/media/up/reception.ts';
import { arena } from '../arena.ts';
import { feedback, written } from '../feedback-ticks.ts';
import { type Peer, videoDown, vp8 } from '../peer.ts';

/** A subscriber with one track of video, sent `kbps` of it for a while. */
function watching({ egress = 0, extensions = {} } = {}) {
  const at = arena(1, { egress });
  const up = at.publisher('up');
  const down = at.subscriber('down', [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)], extensions })]);
  let sequence = 0;
  return {
    ...at,
    down,
    send(packets: number) {
      for (let i = 0; i < packets; i++) at.from(up, up.rtp({ ssrc: 7, sequence: ++sequence & 0xffff }));
    },
    say: (...packets: Buffer[]) => at.from(down, down.rtcp(Buffer.concat([receiverReport(1, []), ...packets]))),
    /** In kbit/s, the mean of what was told since the last call. */
    estimated: (() => {
      let before = { sum: 0, count: 0 };
      return () => {
        const { sum, counts } = at.totals().estimatedBytesPerSecond;
        const now = { sum, count: counts.reduce((a, b) => a + b, 0) };
        const mean = (now.sum - before.sum) / (now.count - before.count);
        before = now;
        return (mean * 8) / 1000;
      };
    })(),
    stay: () => [up, down].map((peer: Peer) => at.from(peer, peer.check())),
  };
}

for (const [egress, where] of [
  [0, ''],
  [1, ', in another thread'],
] as const)
  test(`a REMB is the estimate, told once a second${where}`, () => {
    const { say, pass, send, estimated, totals } = watching({ egress });
    send(10);
    pass(3000);
    assert.ok(Number.isNaN(estimated()), 'nothing is told of a subscriber that says nothing');
    say(remb(1, 2_000_000, [1000]));
    pass(10_000);
    assert.equal(Math.round(estimated()), 2000);
    const told = totals().estimatedBytesPerSecond.counts.reduce((a, b) => a + b);
    assert.ok(told >= 7 && told <= 20, `${told} in 10 s`);
  });

test('heavy losses in reports bring the estimate below a REMB', () => {
  const { say, send, pass, estimated, stay } = watching();
  say(remb(1, 2_000_000, [1000]));
  const block: ReportBlock = {
    ssrc: 1000,
    fractionLost: 102,
    cumulativeLost: 0,
    highestSequence: 20_000,
    jitter: 0,
    lastSenderReport: 0,
    delaySinceLast: 0,
  };
  for (let i = 0; i < 20; i++) {
    send(100);
    pass(1000);
    stay();
    say(receiverReport(1, [{ ...block, highestSequence: block.highestSequence + 300 * i }]));
  }
  estimated();
  pass(3000);
  assert.ok(estimated() < 1000);
});

test('transport-wide feedback makes an estimate of packets that come as they were sent', () => {
  const { say, send, pass, estimated, stay } = watching({ extensions: { transportWide: 3 } });
  for (let i = 0; i < 60; i++) {
    const ticks = Array.from({ length: 10 }, (_, k) => 4 * (100 * i + 10 * k));
    for (let k = 0; k < 10; k++) {
      send(1);
      pass(10);
    }
    stay();
    say(...written(feedback(ticks, (10 * i) & 0xffff)));
  }
  const kbps = estimated();
  assert.ok(kbps > 100 && kbps < 1000, `${kbps} kbit/s`);
});

test('feedback about what was never sent, in a compound of garbage, changes nothing', () => {
  const { say, pass, estimated } = watching({ extensions: { transportWide: 3 } });
  say(...written(feedback([1, 2, 3], 5000)));
  pass(3000);
  assert.equal(Math.round(estimated()), 300, 'what an estimate begins with');
  const without = watching();
  without.say(...written(feedback([1, 2, 3], 0)));
  without.pass(3000);
  assert.ok(Number.isNaN(without.estimated()), 'who has no such numbers cannot tell of them');
});

/** What of the packets from 1000 on became known by a compound that begins with so many feedbacks, each of 256 missing. */
function heardAfter(feedbacks: number) {
  const history = sendHistory();
  for (let packet = 0; packet < 1024; packet++) noteSent(history, 1200, packet);
  const missing = written(feedback(Array(256).fill(undefined)));
  const arrived = written(feedback(Array(24).fill(4), 1000));
  const compound = Buffer.concat([...Array(feedbacks).fill(missing).flat(), ...arrived]);
  hearLink(linkEstimate(), compound, history, emptyFeedback(), 2000);
  return fateOf(history, 1000);
}

test('of one datagram no more is heard than of all packets that are remembered', () => {
  assert.deepEqual([3, 4, 50].map(heardAfter), [fate.arrived, fate.unknown, fate.unknown]);
});
