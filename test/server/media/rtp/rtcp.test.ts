import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
} from 'werift';
import { mostNacked } from '#server/media/rtp/nack.ts';
import { readRtcp } from '#server/media/rtp/rtcp.ts';
import { nack, pictureLoss, receiverReport, senderReport, sourceDescription } from '#server/media/rtp/rtcp-write.ts';

const block = {
  ssrc: 0xcafebabe,
  fractionLost: 64,
  cumulativeLost: -3,
  highestSequence: 0x1_0005,
  jitter: 77,
  lastSenderReport: 0xabcd1234,
  delaySinceLast: 32768,
};

test('a sender report of ours says to werift what it said to us', () => {
  const bytes = senderReport(7, { seconds: 0xe0000000, fraction: 0x80000000 }, 90_000, {
    packets: 10,
    octets: 2 ** 32 + 5,
  });
  const [packet] = RtcpPacketConverter.deSerialize(bytes);
  assert.ok(packet instanceof RtcpSrPacket);
  assert.equal(packet.ssrc, 7);
  assert.deepEqual(
    { ...packet.senderInfo },
    { ntpTimestamp: 0xe0000000_80000000n, rtpTimestamp: 90_000, packetCount: 10, octetCount: 5 },
  );
  assert.deepEqual(readRtcp(bytes), [
    { type: 'SenderReport', ssrc: 7, ntp: { seconds: 0xe0000000, fraction: 0x80000000 }, timestamp: 90_000 },
  ]);
});

test('a receiver report of ours is read by werift, block by block', () => {
  const [packet] = RtcpPacketConverter.deSerialize(receiverReport(7, [block, { ...block, ssrc: 8 }]));
  assert.ok(packet instanceof RtcpRrPacket);
  assert.equal(packet.reports.length, 2);
  const [first, second] = packet.reports;
  assert.equal(first?.ssrc, 0xcafebabe);
  assert.equal(first?.fractionLost, 64);
  assert.equal(first?.highestSequence, 0x1_0005);
  assert.equal(first?.jitter, 77);
  assert.equal(first?.lsr, 0xabcd1234);
  assert.equal(first?.dlsr, 32768);
  assert.equal(second?.ssrc, 8);
});

test('blocks are read from sender reports too, as many as are there whole', () => {
  const info = { seconds: 1, fraction: 0 };
  const blocks = receiverReport(7, [block, { ...block, ssrc: 8 }]).subarray(8);
  const report = Buffer.concat([senderReport(7, info, 90_000, { packets: 1, octets: 1 }), blocks]);
  report.writeUInt8(0x82, 0);
  report.writeUInt16BE(report.length / 4 - 1, 2);
  assert.deepEqual(readRtcp(report)?.[1], { type: 'Reports', blocks: [block, { ...block, ssrc: 8 }] });
  const short = receiverReport(7, [block]);
  short.writeUInt8(0x9f, 0);
  assert.deepEqual(readRtcp(short), [{ type: 'Reports', blocks: [block] }]);
  assert.deepEqual(readRtcp(receiverReport(7, [])), []);
});

test('loss below zero is written as 24 bits of two’s complement', () =>
  assert.equal(receiverReport(7, [block]).subarray(13, 16).toString('hex'), 'fffffd'));

test('a source description is read by werift, names of all lengths being padded', () => {
  for (const cname of ['', 'a', 'ab', 'abc', 'abcd', 'live@room']) {
    const bytes = sourceDescription(7, cname);
    assert.equal(bytes.length % 4, 0);
    assert.equal(bytes.readUInt8(10 + cname.length), 0, 'a zero byte ends the chunk');
    const [packet] = RtcpPacketConverter.deSerialize(bytes);
    assert.ok(packet instanceof RtcpSourceDescriptionPacket);
    assert.deepEqual(
      packet.chunks[0]?.items.map(({ text }) => text),
      [cname],
    );
  }
});

test('a NACK of ours lists the same numbers to werift and to us, across the wrap', () => {
  const sequences = [100, 101, 116, 117, 200, 65535, 0, 5];
  const bytes = nack(1, 7, sequences);
  const [packet] = RtcpPacketConverter.deSerialize(bytes);
  assert.ok(packet instanceof RtcpTransportLayerFeedback && packet.feedback instanceof GenericNack);
  assert.deepEqual(new Set(packet.feedback.lost.map((n) => n & 0xffff)), new Set(sequences));
  assert.deepEqual(readRtcp(bytes), [{ type: 'Nack', mediaSsrc: 7, sequences, beyond: 0 }]);
});

test('a NACK of werift’s is read', () => {
  const feedback = new GenericNack({ senderSsrc: 1, mediaSourceSsrc: 7, lost: [10, 12, 40] });
  const [packet] = readRtcp(new RtcpTransportLayerFeedback({ feedback }).serialize()) ?? [];
  assert.deepEqual(packet, { type: 'Nack', mediaSsrc: 7, sequences: [10, 12, 40], beyond: 0 });
});

test('of what one datagram asks for again no more is read than is kept, and the rest is counted', () => {
  const all = Array.from({ length: 5950 }, (_, i) => i);
  const whole = nack(1, 7, all);
  assert.ok(whole.length < 1440);
  const halves = [nack(1, 7, all.slice(0, 300)), nack(1, 8, all.slice(300))];
  for (const compound of [whole, Buffer.concat(halves)]) {
    const nacks = (readRtcp(compound) ?? []).flatMap((packet) => (packet.type === 'Nack' ? [packet] : []));
    const read = nacks.reduce((sum, { sequences }) => sum + sequences.length, 0);
    const beyond = nacks.reduce((sum, nack) => sum + nack.beyond, 0);
    assert.ok(read > mostNacked - 17 && read <= mostNacked, `${read} are read`);
    assert.equal(read + beyond, all.length);
  }
});

test('PLI goes both ways, FIR is read as the same wish', () => {
  const [ours] = RtcpPacketConverter.deSerialize(pictureLoss(1, 7));
  assert.ok(ours instanceof RtcpPayloadSpecificFeedback && ours.feedback instanceof PictureLossIndication);
  assert.equal(ours.feedback.mediaSsrc, 7);
  const pli = new RtcpPayloadSpecificFeedback({ feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: 9 }) });
  assert.deepEqual(readRtcp(pli.serialize()), [{ type: 'KeyFrameRequest', by: 'pli', mediaSsrc: 9 }]);
  const fir = Buffer.from('84ce0004 00000001 00000000 00000009 01000000'.replaceAll(' ', ''), 'hex');
  assert.deepEqual(readRtcp(fir), [{ type: 'KeyFrameRequest', by: 'fir', mediaSsrc: 9 }]);
});

test('a compound is read whole, what we have no use for left out', () => {
  const bye = Buffer.from('82cb00020000000100000002', 'hex');
  const remb = Buffer.from('8fce00030000000100000000deadbeef', 'hex');
  const compound = Buffer.concat([receiverReport(1, [block]), sourceDescription(1, 'x'), remb, pictureLoss(1, 7), bye]);
  assert.deepEqual(readRtcp(compound), [
    { type: 'Reports', blocks: [block] },
    { type: 'KeyFrameRequest', by: 'pli', mediaSsrc: 7 },
    { type: 'Bye', ssrcs: [1, 2] },
  ]);
});

test('a compound whose framing is broken is refused as a whole', () => {
  const whole = Buffer.concat([receiverReport(1, [block]), pictureLoss(1, 7)]);
  for (let cut = 1; cut < 12; cut++) assert.equal(readRtcp(whole.subarray(0, -cut)), undefined, `${cut} bytes missing`);
  whole.writeUInt8(0x00, 0);
  assert.equal(readRtcp(whole), undefined);
});

test('packets too short for what they claim to be say nothing', () => {
  for (const hex of ['80c80001cafebabe', '81cd0001cafebabe', '81ce0001cafebabe', '9fcb0000'])
    assert.ok(
      (readRtcp(Buffer.from(hex, 'hex')) ?? []).every((packet) => packet.type === 'Bye'),
      hex,
    );
});
