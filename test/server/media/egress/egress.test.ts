import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EgressLink } from '#server/media/egress/egress.ts';
import { introduced } from '#server/media/egress/introduced.ts';
import { room } from '#server/media/room.ts';
import { packetCache } from '#server/media/rtp/packet-cache.ts';
import { nack, pictureLoss, receiverReport, senderReport } from '#server/media/rtp/rtcp-write.ts';
import { transport } from '#server/media/transport.ts';
import { source } from '#server/media/up/source.ts';
import { publisher } from '#server/media/up/up-stream.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { arena } from '../arena.ts';
import { bye, deltaFrame, keyFrame, type Peer, peer, videoDown, videoUp, vp8 } from '../peer.ts';

const rtx = [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)] })];

/** What came, by the numbers of one stream, counted from the first. */
function heard({ inbox }: Peer, ssrc: number, payloadAt = 0): string[] {
  const packets = inbox.rtp.filter(({ header }) => header.ssrc === ssrc);
  const first = packets[0]?.header.sequenceNumber ?? 0;
  return packets.map(
    ({ header, payload }) =>
      `${(header.sequenceNumber - first) & 0xffff} ${payload.toString('hex', payloadAt)} ${header.marker}`,
  );
}

/** A publisher that comes and goes, and three subscribers that lose packets, ask for them, move, and leave. */
function performance(seed: number, egress: number) {
  const random = seeded(seed);
  const { core, publisher, subscriber, from, pass, seen } = arena(seed, { egress });
  const downs = [subscriber('a', rtx), subscriber('b'), subscriber('c', rtx)];
  let up = publisher('up 0');
  let sequence = 0;
  for (let i = 0; i < 600; i++) {
    const payload = Buffer.concat([random() < 0.1 ? keyFrame : deltaFrame, Buffer.from([i >> 8, i])]);
    if (random() < 0.9) from(up, up.rtp({ ssrc: 7, sequence, timestamp: i * 90, payload, marker: random() < 0.5 }));
    sequence += 1;
    const down = downs[Math.floor(random() * downs.length)] ?? up;
    const chance = random();
    if (chance < 0.1) from(down, down.rtcp(pictureLoss(1, 1000)));
    else if (chance < 0.2) {
      const wanted = down.inbox.rtp.filter(({ header }) => header.ssrc === 1000).slice(-5);
      const report = receiverReport(1, []);
      from(
        down,
        down.rtcp(
          Buffer.concat([
            report,
            nack(
              1,
              1000,
              wanted.map(({ header }) => header.sequenceNumber),
            ),
          ]),
        ),
      );
    } else if (chance < 0.22) {
      core.removeTransport(up.spec.id);
      pass(50);
      up = publisher(`up ${i}`);
    } else if (chance < 0.3)
      from(up, up.rtcp(senderReport(7, { seconds: i, fraction: 0 }, i, { packets: 1, octets: 1 })));
    else if (chance < 0.4) pass(50);
  }
  const [leaver] = downs;
  if (leaver !== undefined) from(leaver, leaver.rtcp(Buffer.concat([receiverReport(1, []), bye(1)])));
  from(up, up.rtp({ ssrc: 7, sequence }));
  const { rooms, totals, dropped, tracks, transports } = seen();
  return {
    sent: downs.map((down) => heard(down, 1000)),
    resent: downs.map((down) => heard(down, 1001, 2)),
    askedFor: up.inbox.rtcp.filter(({ type }) => type === 'KeyFrameRequest').length > 0,
    seen: { rooms, rtp: totals.rtp, feedbackIn: totals.nackedPackets.in, dropped, tracks, transports },
  };
}

test('subscribers get the same, and the same is counted, whichever thread sends to them', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const alone = performance(seed, 0);
  assert.ok(alone.sent.every((packets) => packets.length > 100) && alone.resent.flat().length > 10, `SEED=${seed}`);
  assert.deepEqual(performance(seed, 1), alone, `SEED=${seed}`);
  assert.deepEqual(performance(seed, 2), alone, `SEED=${seed}`);
});

test('who comes to a publisher that sends already is asked for a key frame for at once, by its thread too', () => {
  const { publisher, subscriber, from, pass } = arena(1, { egress: 1 });
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  const asked = () => up.inbox.rtcp.filter(({ type }) => type === 'KeyFrameRequest').length;
  pass(1000);
  const before = asked();
  const down = subscriber('down');
  assert.equal(asked(), before + 1);
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  assert.equal(down.inbox.rtp.length, 1);
});

test('a subscriber of another thread is sent to where its checks come from', () => {
  const { core, publisher, subscriber, stranger, from } = arena(1, { egress: 1 });
  const up = publisher('up');
  const down = subscriber('down');
  const elsewhere = stranger('elsewhere');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  core.receive(down.check(), elsewhere.endpoint);
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  assert.equal(down.inbox.rtp.length, 2);
  core.receive(elsewhere.answer(down.spec.remotePwd), elsewhere.endpoint);
  assert.throws(() => from(up, up.rtp({ ssrc: 7, sequence: 3 })), /auth/i, 'who is there has other keys');
});

test('a subscriber of another thread that only reports is there, and one that does not is gone after 15 seconds', () => {
  const { publisher, subscriber, from, pass, events } = arena(1, { egress: 1 });
  publisher('up');
  const [reporting] = [subscriber('reporting'), subscriber('silent')];
  for (let second = 0; second < 30; second++) {
    pass(1000);
    from(reporting, reporting.rtcp(receiverReport(1, [])));
  }
  assert.ok(events.includes('closed silent Silent'));
  assert.ok(!events.includes('closed reporting Silent'));
});

test('media that a subscriber of another thread sends is for nobody', () => {
  const { subscriber, from, dropped } = arena(1, { egress: 1 });
  const down = subscriber('down');
  from(down, down.rtp({ ssrc: 5, sequence: 1 }));
  assert.equal(dropped('UnknownSsrc'), 1);
});

test('a room that is forgotten is forgotten by all threads, its counters too', () => {
  const { core, publisher, subscriber, from, seen } = arena(1, { egress: 2 });
  const up = publisher('up', [videoUp()]);
  subscriber('one');
  subscriber('two');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  assert.equal(seen().rooms['room']?.sentPackets, 2);
  for (const id of ['up', 'one', 'two']) core.removeTransport(id);
  assert.equal(seen().rooms['room']?.sentPackets, 2);
  core.removeRoom('room');
  assert.deepEqual(seen().rooms, {});
});

test('of a track whose source changes again and again, threads keep those that were heard just now', () => {
  const told: string[] = [];
  const link: EgressLink = {
    tell: (call, ...args) => void told.push(`${call} ${args[0]}`),
    packet: () => true,
    mail: () => true,
  };
  const up = publisher(transport(peer('up', 7, 1, seeded(1)).spec, 1, 0), [videoUp()]);
  const [stream] = up.streams;
  assert.ok(stream !== undefined);
  const of = { ...room('room'), publisher: up };
  const sources = introduced(link);
  const heardAt = (ms: number) => sources.number(of, stream, source(ms, 90_000, ms, packetCache(8)));
  assert.deepEqual([heardAt(0), heardAt(1500), heardAt(3000), heardAt(9000)], [0, 1, 2, 3]);
  assert.deepEqual(
    told.filter((call) => call.startsWith('removeSource')),
    ['removeSource 0', 'removeSource 1', 'removeSource 2'],
  );
  sources.forget(of);
  assert.equal(told.at(-1), 'removeSource 3');
});
