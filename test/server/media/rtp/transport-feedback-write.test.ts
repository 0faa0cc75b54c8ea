import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtcpPacketConverter, RtcpTransportLayerFeedback, TransportWideCC } from 'werift';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { feedback, read, type Ticks, ticksOf, written } from '../feedback-ticks.ts';

test('the reference time wraps where 32 bits of ticks do', () => {
  for (const ticks of [
    [0x7ffffff0, -0x7ffffff8],
    [-8, 16],
  ]) {
    const packet = Buffer.concat(written(feedback(ticks)));
    assert.deepEqual(ticksOf(read(packet)), ticks);
    assert.equal(packet.readInt32BE(16) & ~0xff, Number(ticks[0]) & ~0xff);
    assert.equal((Number(ticks[1]) - Number(ticks[0])) | 0, 24);
  }
});

test('what does not fit one packet goes on in the next', () => {
  const ticks = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? i * 300 : i * 300 - 500));
  const told: (number | undefined)[] = [];
  for (const [i, packet] of written(feedback(ticks, 65_000), 254).entries()) {
    assert.ok(packet.length <= 1000, `${packet.length} bytes`);
    const into = read(packet);
    assert.equal(into?.baseSequence, (65_000 + told.length) & 0xffff);
    assert.equal(into?.feedbackCount, (254 + i) & 0xff);
    told.push(...ticksOf(into));
  }
  assert.deepEqual(told, ticks);
});

test('packets more than eight seconds apart take two feedbacks', () => {
  const packets = written(feedback([10, 11, undefined, 0x8000 + 12]));
  assert.deepEqual(packets.map(read).map(ticksOf), [[10, 11, undefined], [0x8000 + 12]]);
});

test('a hundred packets in a row cost a byte each, and 24 in all', () =>
  assert.deepEqual(
    written(feedback(Array.from({ length: 100 }, (_, i) => 4 * i))).map(({ length }) => length),
    [124],
  ));

/** Arrivals as a network makes them: some lost, some late, some after a pause. */
function arrivals(random: () => number): Ticks {
  const lossRatio = random() ** 2;
  const unevenness = random() < 0.5 ? 10 : 2000;
  let ticks = Math.floor(random() * 0x1_0000_0000) | 0;
  const list = Array.from({ length: 1 + Math.floor(random() * 200) }, () => {
    ticks = (ticks + Math.floor((random() - 0.2) * unevenness)) | 0;
    return random() < lossRatio ? undefined : ticks;
  });
  return [...list, (ticks + 1) | 0];
}

/** What werift reads: the ticks of those that came. */
function readByWerift(packet: Buffer, baseSequence: number): number[] {
  const [theirs] = RtcpPacketConverter.deSerialize(packet);
  assert.ok(theirs instanceof RtcpTransportLayerFeedback && theirs.feedback instanceof TransportWideCC);
  assert.equal(theirs.feedback.baseSequenceNumber, baseSequence);
  let ticks = theirs.feedback.referenceTime << 8;
  return theirs.feedback.recvDeltas.map(({ delta }) => {
    ticks = (ticks + delta / 250) | 0;
    return ticks;
  });
}

test('what we write, we and werift read, whatever the network did', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  for (let i = 0; i < 500; i++) {
    const message = `SEED=${seed}, round ${i}`;
    const ticks = arrivals(random);
    const base = Math.floor(random() * 0x10000);
    const told: (number | undefined)[] = [];
    for (const packet of written(feedback(ticks, base))) {
      const ours = ticksOf(read(packet));
      const came = ours.filter((tick) => tick !== undefined);
      assert.deepEqual(readByWerift(packet, (base + told.length) & 0xffff), came, message);
      told.push(...ours);
    }
    assert.deepEqual(told, ticks, message);
  }
});
