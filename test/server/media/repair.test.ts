import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtcpPacketConverter, RtcpRrPacket, RtcpSrPacket } from 'werift';
import { pictureLoss, receiverReport, senderReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from './arena.ts';
import { bye, deltaFrame, keyFrame, opus, type Peer, videoUp, vp8 } from './peer.ts';

const nacks = ({ inbox }: Peer) => inbox.rtcp.flatMap((packet) => (packet.type === 'Nack' ? [packet.sequences] : []));
const asked = ({ inbox }: Peer) => inbox.rtcp.filter(({ type }) => type === 'KeyFrameRequest').length;

test('a track without PLI but with FIR is asked for key frames by that, each request with a number of its own', () => {
  const { publisher, subscriber, from, pass, totals } = arena();
  const up = publisher('up', [videoUp({ pli: false, fir: true })]);
  const down = subscriber('down');
  from(up, up.rtp({ ssrc: 7, sequence: 1, payload: deltaFrame }));
  pass(600);
  from(down, down.rtcp(pictureLoss(1, 1000)));
  pass(600);
  // The last packet of its compound: type and format, then the source that is meant and the number of the request.
  const requests = up.inbox.compounds
    .map((compound) => compound.subarray(-20))
    .filter((packet) => packet.readUInt16BE(0) === 0x84ce)
    .map((packet) => [packet.readUInt32BE(12), packet.readUInt8(16)]);
  assert.deepEqual(
    requests,
    requests.map((_, i) => [7, i]),
  );
  assert.ok(requests.length >= 2);
  assert.deepEqual(totals().feedback, {
    nack: { in: 0, out: 0 },
    pli: { in: 1, out: 0 },
    fir: { in: 0, out: requests.length },
  });
});

test('what the publisher’s network lost is asked for at once, and passed on when it comes late', () => {
  const { publisher, subscriber, from } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 65534 }), up.rtp({ ssrc: 7, sequence: 1 }));
  assert.deepEqual(nacks(up), [[65535, 0]]);
  from(up, up.rtp({ ssrc: 7, sequence: 0 }), up.rtp({ ssrc: 7, sequence: 65535 }));
  const first = down.inbox.rtp[0]?.header.sequenceNumber ?? 0;
  assert.deepEqual(
    down.inbox.rtp.map(({ header }) => (header.sequenceNumber - first) & 0xffff),
    [0, 3, 2, 1],
  );
});

test('it is asked for again, a bounded number of times, and not once it came', () => {
  const { publisher, from, pass } = arena();
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 4 }));
  pass(150);
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  pass(3000);
  const all = nacks(up);
  // Three times in each of eight round trips, which with their margin are three times 150 ms at most.
  assert.ok(all.length > 8 && all.length <= 73, `${all.length} times`);
  assert.deepEqual(all.at(-1), [3]);
  pass(3000);
  assert.equal(nacks(up).length, all.length);
});

test('what was asked for in vain is left to a key frame', () => {
  const { publisher, subscriber, from, pass } = arena();
  const up = publisher('up');
  subscriber('down');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 3, payload: deltaFrame }));
  const before = asked(up);
  pass(3000);
  assert.equal(asked(up), before + 1);
});

test('without NACK a gap in video is answered by asking for a key frame', () => {
  const { publisher, from, pass } = arena();
  const up = publisher('up', [videoUp({ nack: false })]);
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  pass(1000);
  const before = asked(up);
  from(up, up.rtp({ ssrc: 7, sequence: 3, payload: deltaFrame }));
  assert.equal(asked(up), before + 1);
  assert.deepEqual(nacks(up), []);
});

test('the publisher’s RTX is unpacked and fills the gap; what it repeats needlessly is not sent twice', () => {
  const { publisher, subscriber, from, counters } = arena();
  const up = publisher('up', [videoUp({ codecs: [vp8(96, 97)] })]);
  const down = subscriber('down');
  const rtx = (sequence: number, original: number, payload: Buffer) => {
    const number = Buffer.alloc(2);
    number.writeUInt16BE(original);
    return up.rtp({ ssrc: 70, sequence, payloadType: 97, payload: Buffer.concat([number, payload]) });
  };
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 3 }));
  from(up, rtx(900, 2, deltaFrame), rtx(901, 3, Buffer.from('another payload under the same number')));
  assert.equal(down.inbox.rtp.length, 3);
  assert.deepEqual(down.inbox.rtp[2]?.payload, deltaFrame);
  assert.equal(down.inbox.rtp[2]?.header.payloadType, 120);
  assert.equal(counters().receivedPackets, 4);
});

test('a retransmission of what has not come yet is not believed', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [videoUp({ codecs: [vp8(96, 97)] })]);
  const down = subscriber('down');
  const ahead = Buffer.concat([Buffer.from([0x30, 0x00]), deltaFrame]);
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 70, sequence: 1, payloadType: 97, payload: ahead }));
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  assert.equal(down.inbox.rtp.length, 2);
});

test('bandwidth probes on the RTX stream go nowhere', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [videoUp({ codecs: [vp8(96, 97)] })]);
  const down = subscriber('down');
  from(
    up,
    up.rtp({ ssrc: 7, sequence: 1 }),
    up.rtp({ ssrc: 70, sequence: 1, payloadType: 97, payload: Buffer.alloc(2) }),
  );
  assert.equal(down.inbox.rtp.length, 1);
});

test('a subscriber’s wish for a key frame reaches the publisher, twice a second at most', () => {
  const { publisher, subscriber, from, pass } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  pass(1000);
  const before = asked(up);
  for (let i = 0; i < 5; i++) from(down, down.rtcp(pictureLoss(1, 1000)));
  assert.equal(asked(up), before + 1);
  pass(600);
  assert.equal(asked(up), before + 2, 'the wish that came too early is kept');
  pass(5000);
  assert.equal(asked(up), before + 2);
  assert.ok(up.inbox.rtcp.some((packet) => packet.type === 'KeyFrameRequest' && packet.mediaSsrc === 7));
});

test('the publisher is told once a second how it is received', () => {
  const { publisher, from, pass } = arena();
  const up = publisher('up');
  for (let sequence = 0; sequence < 8; sequence++) if (sequence !== 5) from(up, up.rtp({ ssrc: 7, sequence }));
  from(up, up.rtcp(senderReport(7, { seconds: 0x1234abcd, fraction: 0x56780000 }, 0, { packets: 0, octets: 0 })));
  for (let seconds = 0; seconds < 10; seconds += 5) {
    from(up, up.check());
    pass(5000);
  }
  const reports = up.inbox.compounds
    .flatMap((compound) => RtcpPacketConverter.deSerialize(compound))
    .flatMap((packet) => (packet instanceof RtcpRrPacket ? packet.reports : []));
  assert.ok(reports.length >= 7 && reports.length <= 20, `${reports.length} reports in 10 s`);
  assert.equal(reports[0]?.ssrc, 7);
  assert.equal(reports.at(-1)?.packetsLost, 1);
  assert.equal(reports.at(-1)?.highestSequence, 7);
  assert.equal(reports.at(-1)?.lsr, 0xabcd5678);
});

test('a report tells of sound and video, each by its own numbers', () => {
  const { publisher, from, pass } = arena();
  const up = publisher('up', [videoUp(), videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)] })]);
  for (const sequence of [1, 2, 3]) from(up, up.rtp({ ssrc: 7, sequence }));
  for (const sequence of [90, 92]) from(up, up.rtp({ ssrc: 8, sequence, payloadType: 111 }));
  pass(2000);
  const told = up.inbox.compounds
    .flatMap((compound) => RtcpPacketConverter.deSerialize(compound))
    .findLast((packet) => packet instanceof RtcpRrPacket);
  assert.deepEqual(
    told?.reports.map(({ ssrc, highestSequence, packetsLost }) => [ssrc, highestSequence, packetsLost]),
    [
      [7, 3, 0],
      [8, 92, 1],
    ],
  );
});

test('a subscriber is told the time by the publisher’s clock, and how much it was sent', () => {
  const { publisher, subscriber, from, pass } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 1, timestamp: 90_000 }));
  pass(3000);
  assert.deepEqual(down.inbox.rtcp, [], 'nothing while the publisher has not said');
  from(up, up.rtcp(senderReport(7, { seconds: 1000, fraction: 0 }, 90_000, { packets: 1, octets: 2 })));
  pass(1600);
  const [report] = down.inbox.compounds.flatMap((compound) => RtcpPacketConverter.deSerialize(compound));
  assert.ok(report instanceof RtcpSrPacket);
  assert.equal(report.ssrc, 1000);
  const elapsed = Number(report.senderInfo.ntpTimestamp) / 2 ** 32 - 1000;
  const sentAt = down.inbox.rtp[0]?.header.timestamp ?? 0;
  const ticks = (report.senderInfo.rtpTimestamp - sentAt) >>> 0;
  assert.ok(Math.abs(ticks / 90_000 - elapsed) < 0.001, `${ticks} ticks in ${elapsed} s`);
  assert.equal(report.senderInfo.packetCount, 1);
  assert.equal(report.senderInfo.octetCount, keyFrame.length);
});

test('BYE of a subscriber ends it; of a publisher only when all that it sent has said so', () => {
  const { core, publisher, subscriber, from, events } = arena();
  const audio = videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)] });
  const [up, down] = [publisher('up', [videoUp(), audio]), subscriber('down')];
  const rr = receiverReport(7, []);
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 8, sequence: 1, payloadType: 111 }));
  from(
    up,
    up.rtcp(Buffer.concat([rr, bye(7)])),
    up.rtp({ ssrc: 7, sequence: 2 }),
    up.rtcp(Buffer.concat([rr, bye(8)])),
  );
  assert.ok(!events.includes('closed up Bye'));
  from(up, up.rtcp(Buffer.concat([rr, bye(7)])));
  from(down, down.rtcp(Buffer.concat([rr, bye(1)])));
  assert.deepEqual(events.slice(-2), ['closed up Bye', 'closed down Bye']);
  assert.equal(core.snapshot().transports, 0);
});
