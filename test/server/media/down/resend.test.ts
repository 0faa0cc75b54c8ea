import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { remb } from '#server/media/rtp/remb.ts';
import { nack, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { keyFrame, opus, videoDown, videoUp, vp8 } from '../peer.ts';

test('a subscriber’s NACK is answered with the same packet, byte for byte', () => {
  const { publisher, subscriber, from, resent } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  for (let sequence = 1; sequence <= 5; sequence++)
    from(up, up.rtp({ ssrc: 7, sequence, timestamp: sequence * 3000, marker: sequence === 3 }));
  const third = down.inbox.rtp[2];
  assert.ok(third !== undefined);
  from(down, down.rtcp(nack(1, 1000, [third.header.sequenceNumber])));
  assert.equal(down.inbox.rtp.length, 6);
  assert.deepEqual(down.inbox.rtp[5]?.serialize(), third.serialize());
  assert.equal(resent(), 1);
});

test('with RTX negotiated the retransmission is a stream of its own', () => {
  const { publisher, subscriber, from, pass } = arena();
  const up = publisher('up');
  const down = subscriber('down', [
    videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)], extensions: { mid: 1 } }),
  ]);
  const payload = Buffer.concat([keyFrame, Buffer.from('x')]);
  from(up, up.rtp({ ssrc: 7, sequence: 1, timestamp: 5, payload }));
  const original = down.inbox.rtp[0];
  assert.ok(original !== undefined);
  const ask = () => from(down, down.rtcp(nack(1, 1000, [original.header.sequenceNumber])));
  ask();
  pass(60);
  ask();
  const [, first, second] = down.inbox.rtp;
  assert.equal(first?.header.ssrc, 1001);
  assert.equal(first?.header.payloadType, 121);
  assert.equal(first?.header.timestamp, original.header.timestamp);
  assert.equal(first?.payload.readUInt16BE(0), original.header.sequenceNumber);
  assert.deepEqual(first?.payload.subarray(2), payload);
  assert.equal(second?.header.sequenceNumber, ((first?.header.sequenceNumber ?? 0) + 1) & 0xffff);
});

test('NACKs for what was never sent, or long ago, for other SSRCs and by those who may not, are not answered', () => {
  const { publisher, subscriber, from, resent } = arena();
  const up = publisher('up');
  const [down, mute] = [subscriber('down'), subscriber('mute', [videoDown(1000, { nack: false })])];
  for (let sequence = 0; sequence < 600; sequence++) from(up, up.rtp({ ssrc: 7, sequence }));
  const first = down.inbox.rtp[0]?.header.sequenceNumber ?? 0;
  const newest = (first + 599) & 0xffff;
  from(down, down.rtcp(nack(1, 1000, [(newest + 1) & 0xffff, first, (first - 1) & 0xffff])));
  from(down, down.rtcp(nack(1, 4321, [newest])));
  from(mute, mute.rtcp(nack(1, 1000, [mute.inbox.rtp.at(-1)?.header.sequenceNumber ?? 0])));
  assert.equal(resent(), 0);
});

for (const [kind, codec, kept] of [
  ['video', vp8(96), 512],
  ['audio', opus(96), 256],
] as const)
  test(`of ${kind} the last ${kept} packets are sent again, and none before them`, () => {
    const { publisher, subscriber, from, resent, totals } = arena();
    const up = publisher('up', [videoUp({ kind, codecs: [codec] })]);
    const down = subscriber('down', [videoDown(1000, { kind, codecs: [codec] })]);
    for (let sequence = 0; sequence <= kept; sequence++) from(up, up.rtp({ ssrc: 7, sequence }));
    const [first = 0, second = 0] = down.inbox.rtp.map(({ header }) => header.sequenceNumber);
    from(down, down.rtcp(nack(1, 1000, [first, second])));
    assert.deepEqual([resent(), totals().nackedPacketsRefused.NotKept], [1, 1]);
    assert.equal(down.inbox.rtp.at(-1)?.header.sequenceNumber, second);
  });

/** Keyed VP8 of a packet of 1000 bytes. */
const large = Buffer.concat([keyFrame, Buffer.alloc(998)]);

/** A subscriber that has been sent 200 large packets, and asks for all of them whenever it is told to. */
function greedy(egress = 0) {
  const at = arena(1, { egress });
  const [up, down] = [at.publisher('up'), at.subscriber('down')];
  for (let sequence = 1; sequence <= 200; sequence++) at.from(up, up.rtp({ ssrc: 7, sequence, payload: large }));
  const all = down.inbox.rtp.map(({ header }) => header.sequenceNumber);
  const say = (...packets: Buffer[]) => at.from(down, down.rtcp(Buffer.concat([receiverReport(1, []), ...packets])));
  return {
    ...at,
    say,
    /** Reports that part of some hundred packets as lost, for a second. */
    lose(ratio: number) {
      const told = { ssrc: 1000, fractionLost: Math.round(256 * ratio), cumulativeLost: 0, jitter: 0 };
      for (let highestSequence = 20_000; highestSequence <= 20_300; highestSequence += 100) {
        say(receiverReport(1, [{ ...told, highestSequence, lastSenderReport: 0, delaySinceLast: 0 }]));
        at.pass(400);
      }
    },
    /** For so long, every 50 ms; returns how many packets came again, the first time and in all. */
    ask(ms: number): readonly [atOnce: number, inAll: number] {
      const before = at.resent();
      say(nack(1, 1000, all));
      const atOnce = at.resent() - before;
      for (let askedMs = 0; askedMs < ms; askedMs += 51) {
        at.pass(51);
        say(nack(1, 1000, all));
      }
      return [atOnce, at.resent() - before];
    },
  };
}

test('a subscriber that asks without end is served a bounded number of times, which is counted', () => {
  const { ask, totals, resent } = greedy();
  const [atOnce, inAll] = ask(2000);
  assert.ok(atOnce <= 62, `${atOnce} at once`);
  // What of media it was sent before counts in the first answer, which it fills.
  assert.ok(inAll > 150 && inAll < 62 + 2.1 * 62, `${inAll} in two seconds`);
  const { NotKept, TooSoon, OverBudget } = totals().nackedPacketsRefused;
  assert.deepEqual([NotKept, resent() + TooSoon + OverBudget], [0, 200 * 41]);
});

for (const [egress, where] of [
  [0, ''],
  [1, ', in another thread'],
] as const)
  test(`one whose link carries little is sent no more again than it carries${where}`, () => {
    const { ask, say, pass, lose } = greedy(egress);
    say(remb(1, 400_000, [1000]));
    lose(0.4);
    say(remb(1, 400_000, [1000]));
    pass(2000);
    const [atOnce, inAll] = ask(2000);
    assert.ok(atOnce <= 12, `${atOnce} at once`);
    assert.ok(inAll > 60 && inAll < 12 + 2.1 * 50, `${inAll} in two seconds`);
  });

/** How often something was copied out of memory that threads share, as kept packets are, while that was done. */
function copiedMeanwhile({ mock }: TestContext, act: () => void): number {
  const copy = mock.method(Buffer.prototype, 'copy');
  act();
  const copied: readonly { readonly this: unknown }[] = copy.mock.calls;
  copy.mock.restore();
  return copied.filter((call) => Buffer.isBuffer(call.this) && call.this.buffer instanceof SharedArrayBuffer).length;
}

test('what is refused is not even looked up: as many packets are copied as are sent', (t) => {
  const { ask, resent, pass } = greedy();
  const before = resent();
  const copied = copiedMeanwhile(t, () => ask(0));
  const answered = resent() - before;
  assert.ok(answered > 30 && answered < 70, `${answered} of 200`);
  assert.equal(copied, answered);
  pass(51);
  ask(0);
  assert.equal(
    copiedMeanwhile(t, () => ask(0)),
    0,
    'asked for too soon, and over budget',
  );
});

test('one datagram that asks for thousands of packets is counted as that many', () => {
  const { say, totals, resent } = greedy();
  say(
    nack(
      1,
      1000,
      Array.from({ length: 5950 }, (_, i) => i),
    ),
  );
  const { NotKept, TooSoon, OverBudget } = totals().nackedPacketsRefused;
  assert.equal(totals().nackedPackets.in, 5950);
  assert.equal(resent() + NotKept + TooSoon + OverBudget, 5950);
});

test('an estimate of its own that is low while losses are not heavy is no reason to repair less', () => {
  const { ask, say, pass, lose } = greedy();
  say(remb(1, 100_000, [1000]));
  lose(0.08);
  say(remb(1, 100_000, [1000]));
  pass(2000);
  const [atOnce, inAll] = ask(2000);
  assert.ok(atOnce > 50 && inAll > 150, `${atOnce} at once, ${inAll} in two seconds`);
});

test('what is asked for again goes out twice: what was lost once is late already', () => {
  const { publisher, subscriber, from, pass, resent } = arena();
  const up = publisher('up');
  const down = subscriber('down', [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)] })]);
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  const ask = () => from(down, down.rtcp(nack(1, 1000, [down.inbox.rtp[0]?.header.sequenceNumber ?? 0])));
  const answered = [1, 2, 3].map(() => {
    const before = resent();
    ask();
    pass(60);
    return resent() - before;
  });
  assert.deepEqual(answered, [1, 2, 2]);
  const [first, ...copies] = down.inbox.rtp.slice(1).map(({ header }) => header.sequenceNumber);
  assert.deepEqual(
    copies,
    [1, 2, 3, 4].map((i) => ((first ?? 0) + i) & 0xffff),
  );
});

test('the same packet is not sent again within half a round trip: it cannot have come before it was asked for', () => {
  const { publisher, subscriber, from, pass, resent, totals } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 2 }));
  const [first = 0, second = 0] = down.inbox.rtp.map(({ header }) => header.sequenceNumber);
  const ask = (...sequences: number[]) => from(down, down.rtcp(nack(1, 1000, sequences)));
  ask(first);
  ask(first, second);
  assert.equal(resent(), 2);
  assert.equal(totals().nackedPacketsRefused.TooSoon, 1);
  pass(60);
  ask(first);
  assert.equal(resent(), 3);
});

test('what a former publisher still says is not sent under the numbers of the one that follows it', () => {
  const { publisher, subscriber, from, resent } = arena();
  const former = publisher('former');
  const down = subscriber('down');
  from(former, former.rtp({ ssrc: 7, sequence: 1 }));
  const next = publisher('next');
  from(former, former.rtp({ ssrc: 7, sequence: 2, payload: Buffer.concat([keyFrame, Buffer.from('x')]) }));
  const newest = down.inbox.rtp.at(-1)?.header.sequenceNumber ?? 0;
  from(down, down.rtcp(nack(1, 1000, [(newest + 1) & 0xffff])));
  assert.equal(resent(), 0);
  from(next, next.rtp({ ssrc: 8, sequence: 1 }));
  assert.equal(down.inbox.rtp.at(-1)?.header.sequenceNumber, (newest + 1) & 0xffff);
});
