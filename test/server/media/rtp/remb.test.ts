import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReceiverEstimatedMaxBitrate, RtcpPacketConverter, RtcpPayloadSpecificFeedback } from 'werift';
import { readRemb, remb } from '#server/media/rtp/remb.ts';
import { pictureLoss, receiverReport } from '#server/media/rtp/rtcp-write.ts';

test('a REMB of ours says to werift and to us what was put in, to 17 binary digits', () => {
  for (const bitrate of [0, 1, 30_000, 0x3ffff, 0x40000, 1_234_567, 2 ** 31, 2 ** 40 - 1, 1e13]) {
    const bytes = remb(1, bitrate, [7, 8]);
    const back = readRemb(bytes);
    assert.ok(back <= bitrate && back >= bitrate * (1 - 2 ** -16), `${bitrate} became ${back}`);
    const [packet] = RtcpPacketConverter.deSerialize(bytes);
    assert.ok(packet instanceof RtcpPayloadSpecificFeedback && packet.feedback instanceof ReceiverEstimatedMaxBitrate);
    assert.equal(Number(packet.feedback.bitrate), back);
    assert.deepEqual(packet.feedback.ssrcFeedbacks, [7, 8]);
    assert.equal(packet.feedback.uniqueID, 'REMB');
  }
});

test('the last REMB of a compound holds', () => {
  const compound = Buffer.concat([receiverReport(1, []), remb(1, 1000, [7]), pictureLoss(1, 7), remb(1, 2000, [])]);
  assert.equal(readRemb(compound), 2000);
});

test('no REMB: another application’s packet, one cut short, a compound without', () => {
  const other = remb(1, 1000, [7]);
  other.writeUInt8(0x53, 12);
  assert.equal(readRemb(other), -1);
  assert.equal(readRemb(remb(1, 1000, [7]).subarray(0, 20)), -1);
  assert.equal(readRemb(Buffer.from('8fce00030000000100000000deadbeef', 'hex')), -1);
  assert.equal(readRemb(pictureLoss(1, 7)), -1);
  assert.equal(readRemb(Buffer.alloc(0)), -1);
});
