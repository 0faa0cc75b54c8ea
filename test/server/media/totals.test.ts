import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaMetric } from '#crds/media-metrics.ts';
import { type Distribution, noCounters, noTotals } from '#server/media/counts.ts';
import { nack, pictureLoss } from '#server/media/rtp/rtcp-write.ts';
import { arena } from './arena.ts';
import { deltaFrame, keyFrame, opus, type Peer, videoDown, videoUp, vp8 } from './peer.ts';

const fullIntra = (ssrc: number): Buffer => {
  const packet = Buffer.from('84ce0004000000010000000000000000 01000000'.replaceAll(' ', ''), 'hex');
  packet.writeUInt32BE(ssrc, 12);
  return packet;
};
const numberOf = ({ inbox }: Peer, i: number) => inbox.rtp[i]?.header.sequenceNumber ?? 0;
const observed = ({ counts }: Distribution) => counts.reduce((sum, count) => sum + count, 0);

test('while nothing comes, nothing is counted', () => {
  const { core, pass, publisher, subscriber, counters } = arena();
  publisher('up');
  subscriber('down');
  pass(20_000);
  assert.deepEqual(core.snapshot().totals, noTotals());
  assert.deepEqual(counters(), noCounters());
});

test('packets are counted once as they come, and once for each subscriber as they go, with headers and tags', () => {
  const { publisher, subscriber, from, counters, totals } = arena();
  const up = publisher('up');
  subscriber('one');
  subscriber('two');
  const datagram = up.rtp({ ssrc: 7, sequence: 1, payload: Buffer.concat([keyFrame, Buffer.alloc(98)]) });
  from(up, datagram);
  const { rtp } = totals();
  assert.deepEqual(rtp.in, {
    initial: { packets: 1, bytes: datagram.length },
    retransmission: { packets: 0, bytes: 0 },
  });
  assert.deepEqual(rtp.out, { initial: { packets: 2, bytes: 2 * 128 }, retransmission: { packets: 0, bytes: 0 } });
  assert.equal(counters().sentBytes, 256);
});

test('a snapshot stays as it was taken', () => {
  const { core, publisher, subscriber, from } = arena();
  const up = publisher('up');
  subscriber('down');
  const { rooms, totals } = core.snapshot();
  from(up, up.rtp({ ssrc: 7, sequence: 1, payload: deltaFrame }), up.rtp({ ssrc: 7, sequence: 2 }));
  assert.deepEqual([rooms['room'], totals], [noCounters(), noTotals()]);
});

test('what a subscriber asks for again is a retransmission, in the pod’s count and in the room’s', () => {
  const { publisher, subscriber, from, counters, totals } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 2, payload: deltaFrame }));
  from(down, down.rtcp(nack(1, 1000, [numberOf(down, 1)])));
  const { rtp, feedback, nackedPackets } = totals();
  assert.deepEqual(rtp.out, {
    initial: { packets: 2, bytes: 2 * 30 },
    retransmission: { packets: 1, bytes: 30 },
  });
  assert.equal(counters().sentPackets, 3);
  assert.equal(counters().sentBytes, 90);
  assert.deepEqual(feedback.nack, { in: 1, out: 0 });
  assert.deepEqual(nackedPackets, { in: 1, out: 0 });
});

test('a packet on the publisher’s RTX stream is a retransmission, a late one on its own is out of order', () => {
  const { publisher, from, totals } = arena();
  const up = publisher('up', [videoUp({ codecs: [vp8(96, 97)] })]);
  const repair = Buffer.concat([Buffer.from([0, 2]), deltaFrame]);
  const datagram = up.rtp({ ssrc: 70, sequence: 9, payloadType: 97, payload: repair });
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 4 }), datagram);
  from(up, up.rtp({ ssrc: 7, sequence: 3 }));
  const { rtp, outOfOrder, nackedPackets, feedback } = totals();
  assert.deepEqual(rtp.in.retransmission, { packets: 1, bytes: datagram.length });
  assert.equal(rtp.in.initial.packets, 3);
  assert.deepEqual(outOfOrder, { audio: 0, video: 1 });
  assert.deepEqual(feedback.nack, { in: 0, out: 1 });
  assert.deepEqual(nackedPackets, { in: 0, out: 2 });
});

test('without an RTX stream a late packet that was asked for is taken for a retransmission', () => {
  const { publisher, from, totals } = arena();
  const up = publisher('up');
  from(up, ...[1, 3, 2].map((sequence) => up.rtp({ ssrc: 7, sequence })));
  assert.equal(totals().rtp.in.retransmission.packets, 1);
  assert.deepEqual(totals().outOfOrder, { audio: 0, video: 0 });
});

test('without NACK a late packet is out of order', () => {
  const { publisher, from, totals } = arena();
  const up = publisher('up', [videoUp({ kind: 'audio', codecs: [opus(96)], nack: false })]);
  from(up, ...[65535, 1, 0].map((sequence) => up.rtp({ ssrc: 7, sequence })));
  assert.equal(totals().rtp.in.retransmission.packets, 0);
  assert.deepEqual(totals().outOfOrder, { audio: 1, video: 0 });
});

test('packets are withheld for each subscriber that waits for a key frame, or lacks the codec', () => {
  const { publisher, subscriber, stranger, from, core, counters } = arena();
  const up = publisher('up');
  subscriber('waits');
  subscriber('waits too');
  subscriber('lacks', [videoDown(1000, { codecs: [opus(96)] })]);
  stranger('has no keys');
  core.subscribe('has no keys', 'room', [videoDown(1000)]);
  const payload = Buffer.concat([deltaFrame, Buffer.alloc(8)]);
  for (let sequence = 1; sequence <= 3; sequence++) from(up, up.rtp({ ssrc: 7, sequence, payload }));
  assert.deepEqual(counters().withheld, {
    NoKeyFrame: { packets: 6, bytes: 60 },
    LinkTooThin: { packets: 0, bytes: 0 },
    Gone: { packets: 0, bytes: 0 },
    NoCodec: { packets: 3, bytes: 30 },
  });
  from(up, up.rtp({ ssrc: 7, sequence: 4, payload: keyFrame }));
  assert.equal(counters().withheld.NoKeyFrame.packets, 6);
  from(up, up.rtp({ ssrc: 7, sequence: 0, payload }));
  assert.equal(counters().withheld.NoKeyFrame.packets, 8, 'one from before the key frame');
});

test('PLI and FIR are counted as they came; the key frame is asked for by PLI, by either of them', () => {
  for (const [type, packet] of [
    ['pli', pictureLoss(1, 1000)],
    ['fir', fullIntra(1000)],
  ] as const) {
    const { publisher, subscriber, from, pass, totals } = arena();
    const [up, down] = [publisher('up'), subscriber('down')];
    from(up, up.rtp({ ssrc: 7, sequence: 1 }));
    pass(1000);
    const before = totals().feedback.pli.out;
    from(down, down.rtcp(packet), down.rtcp(packet));
    const { feedback } = totals();
    assert.equal(feedback[type].in, 2);
    assert.equal(feedback[type === 'pli' ? 'fir' : 'pli'].in, 0);
    assert.equal(feedback.pli.out, before + 1, 'once for both: they came within half a second');
    assert.equal(feedback.fir.out, 0);
  }
});

test('feedback about an SSRC that is not ours, of a publisher, or that makes no sense counts nothing', () => {
  const { publisher, subscriber, from, totals } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  const before = totals();
  const compounds = [nack(1, 1001, [1]), pictureLoss(1, 1001), fullIntra(1001), Buffer.from('80ce0001cafebabe', 'hex')];
  for (const compound of compounds) from(down, down.rtcp(compound));
  for (const compound of [nack(1, 1000, [1]), pictureLoss(1, 1000)]) from(up, up.rtcp(compound));
  from(down, Buffer.concat([down.rtcp(pictureLoss(1, 1000)), Buffer.from('x')]));
  assert.deepEqual(totals(), before);
});

test('a track is published once something came of it, and subscribed for each who is sent it', () => {
  const { publisher, subscriber, from, core } = arena();
  const audio = videoUp({ kind: 'audio', mid: '1', codecs: [opus(111)] });
  const both = [videoDown(1000), videoDown(2000, { kind: 'audio', codecs: [opus(111)] })];
  const up = publisher('up', [videoUp(), audio]);
  subscriber('one', both);
  subscriber('two', both);
  const none = { audio: 0, video: 0 };
  assert.deepEqual(core.snapshot().tracks, { published: none, subscribed: none });
  from(up, up.rtp({ ssrc: 8, sequence: 1, payloadType: 111 }), up.rtp({ ssrc: 7, sequence: 1, payload: deltaFrame }));
  assert.deepEqual(core.snapshot().tracks, {
    published: { audio: 1, video: 1 },
    subscribed: { audio: 2, video: 0 },
  });
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  core.removeTransport('two');
  assert.deepEqual(core.snapshot().tracks.subscribed, { audio: 1, video: 1 });
  core.removeTransport('up');
  assert.deepEqual(core.snapshot().tracks, { published: none, subscribed: none });
});

test('one packet of 128 that are sent on is timed, from when it came until it was handed over', () => {
  const { publisher, subscriber, from, totals } = arena(1, { sendTakesMs: 0.3 });
  const up = publisher('up');
  let sequence = 0;
  const send = (packets: number) => {
    for (const end = sequence + packets; sequence < end; sequence++) from(up, up.rtp({ ssrc: 7, sequence }));
  };
  send(300);
  assert.equal(observed(totals().forwardSeconds), 0, 'to nobody');
  subscriber('one');
  subscriber('two');
  send(127);
  assert.equal(observed(totals().forwardSeconds), 0);
  from(up, up.check());
  assert.equal(observed(totals().forwardSeconds), 0, 'a check is not what is timed');
  send(1);
  const { counts, sum } = totals().forwardSeconds;
  assert.ok(Math.abs(sum - 0.0006) < 1e-9, 'two copies took 0.3 ms each');
  assert.equal(counts[mediaMetric.forwardLatency.buckets.indexOf(0.001)], 1);
  send(128 * 3);
  assert.equal(observed(totals().forwardSeconds), 4);
});
