import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecvDelta, RtcpHeader, RunLengthChunk, StatusVectorChunk, TransportWideCC } from 'werift';
import { pictureLoss, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { emptyFeedback, maxStatuses, nextTransportFeedback } from '#server/media/rtp/transport-feedback.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { feedback, read, ticksOf, written } from '../feedback-ticks.ts';

const rtcp = (body: Buffer): Buffer => {
  const header = Buffer.from('8fcd0000', 'hex');
  header.writeUInt16BE(body.length / 4, 2);
  return Buffer.concat([header, body]);
};

/** SSRCs, base 10, this many packets, reference time 1, feedback 5; then chunks and deltas, padded. */
function handmade(count: number, rest: string): Buffer {
  const bytes = Buffer.from(rest.replaceAll(' ', ''), 'hex');
  const body = Buffer.alloc(16 + 4 * Math.ceil(bytes.length / 4));
  body.writeUInt32BE(7, 0);
  body.writeUInt32BE(0xcafebabe, 4);
  body.writeUInt16BE(10, 8);
  body.writeUInt16BE(count, 10);
  body.writeUInt32BE(0x000105, 12);
  bytes.copy(body, 16);
  return rtcp(body);
}

test('runs: five packets, 1 ms apart', () => {
  const into = read(handmade(5, '2005 0404040404'));
  assert.equal(into?.baseSequence, 10);
  assert.equal(into?.mediaSsrc, 0xcafebabe);
  assert.equal(into?.feedbackCount, 5);
  assert.deepEqual(ticksOf(into), [260, 264, 268, 272, 276]);
});

test('lists of one bit hold 14 packets, those of two bits 7, what is over is not looked at', () => {
  assert.deepEqual(ticksOf(read(handmade(3, 'a800 0102'))), [257, undefined, 259]);
  // 01 00 10 11 01 00 00
  const two = read(handmade(7, 'd2d0 01 fffe 03'));
  assert.deepEqual([...(two?.statuses.subarray(0, 7) ?? [])], [1, 0, 2, 3, 1, 0, 0]);
  assert.deepEqual([two?.arrivals[0], two?.arrivals[2], two?.arrivals[4]], [257, 255, 258]);
});

test('deltas of two bytes go back as well, eight seconds either way', () => {
  assert.deepEqual(ticksOf(read(handmade(3, '4003 7fff 8000 0000'))), [256 + 0x7fff, 255, 255]);
});

test('a run of no packets is passed over', () =>
  assert.deepEqual(ticksOf(read(handmade(2, '2000 4000 2002 0101'))), [257, 258]));

for (const [name, packet] of Object.entries({
  'fewer statuses than promised': handmade(100, '2005'),
  'fewer deltas than packets that came': handmade(8, '2008 04040404'),
  'half a delta of two bytes': handmade(2, '4002 7fff'),
  'more packets than are believed': handmade(maxStatuses + 1, '3fff 3fff'),
  'no room for its header': rtcp(Buffer.alloc(12)),
}))
  test(`refused: ${name}`, () => assert.equal(read(packet), undefined));

test('of a compound each transport-wide feedback is read, what else there is passed over', () => {
  const into = emptyFeedback();
  const [first = Buffer.alloc(0)] = written(feedback([1, 2], 100));
  const [second = Buffer.alloc(0)] = written(feedback([3], 102));
  const broken = handmade(100, '2005');
  const compound = Buffer.concat([receiverReport(1, []), first, pictureLoss(1, 2), broken, second, pictureLoss(1, 2)]);
  let at = nextTransportFeedback(compound, 0, into);
  assert.deepEqual([at, into.baseSequence, into.count], [8 + first.length, 100, 2]);
  at = nextTransportFeedback(compound, at, into);
  assert.deepEqual([at, into.baseSequence, into.count], [compound.length - 12, 102, 1]);
  assert.equal(nextTransportFeedback(compound, at, into), -1);
});

test('one of more packets than are asked for is passed over, and the next is read', () => {
  const into = emptyFeedback();
  const [small = Buffer.alloc(0)] = written(feedback([1, 2, 3], 50));
  const compound = Buffer.concat([handmade(1000, '03e8'), small]);
  assert.equal(nextTransportFeedback(compound, 0, into, 999), compound.length);
  assert.deepEqual([into.baseSequence, into.count], [50, 3]);
  nextTransportFeedback(compound, 0, into, 1000);
  assert.equal(into.count, 1000);
});

test('what is cut off says no more than what is there', () => {
  const packet = Buffer.concat(written(feedback([1, undefined, 2, 1000, 999, undefined, 5000])));
  for (let length = 0; length < packet.length; length++) assert.equal(read(packet.subarray(0, length)), undefined);
});

test('what werift writes, we read', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  for (let i = 0; i < 500; i++) {
    const statuses: number[] = [];
    const packetChunks = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
      const symbolSize = random() < 0.5 ? 0 : 1;
      const packetStatus = Math.floor(random() * 3);
      const runLength = 1 + Math.floor(random() * 30);
      if (random() < 0.5) {
        statuses.push(...Array.from({ length: runLength }, () => packetStatus));
        return new RunLengthChunk({ packetStatus, runLength });
      }
      const symbolList = Array.from({ length: symbolSize === 0 ? 14 : 7 }, () =>
        Math.floor(random() * (symbolSize === 0 ? 2 : 3)),
      );
      statuses.push(...symbolList);
      return new StatusVectorChunk({ type: 1, symbolSize, symbolList });
    });
    const deltas = statuses
      .filter((status) => status !== 0)
      .map((status) => (status === 1 ? Math.floor(random() * 256) : Math.floor((random() - 0.5) * 65_536)));
    const kinds = statuses.filter((status) => status !== 0);
    const theirs = new TransportWideCC({
      senderSsrc: 1,
      mediaSourceSsrc: 2,
      baseSequenceNumber: 65_530,
      packetStatusCount: statuses.length,
      referenceTime: 0xffffff,
      fbPktCount: 3,
      packetChunks,
      recvDeltas: deltas.map((delta, j) => new RecvDelta({ type: kinds[j] === 1 ? 1 : 2, delta: delta * 250 })),
      header: new RtcpHeader({ type: 205, count: 15, version: 2, padding: true }),
    });
    const into = read(theirs.serialize());
    assert.deepEqual([...(into?.statuses.subarray(0, into.count) ?? [])], statuses, `SEED=${seed}, round ${i}`);
    let now = -256;
    const expected = deltas.map((delta) => (now = (now + delta) | 0));
    assert.deepEqual(
      ticksOf(into).filter((tick) => tick !== undefined),
      expected,
      `SEED=${seed}, round ${i}`,
    );
  }
});
