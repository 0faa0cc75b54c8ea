import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { deltaFrame, type Peer } from '../peer.ts';

const checks = ({ inbox }: Peer) => inbox.stun.filter((message) => message.readUInt16BE(0) === 0x0001).length;
const isKeyFrameAsked = ({ inbox }: Peer) => inbox.rtcp.some(({ type }) => type === 'KeyFrameRequest');

/** Which of them is RTP, and which RTCP (RFC 5761 section 4). */
const isMedia = (datagram: Buffer) => (datagram[0] ?? 0) >= 128;
const isRtcp = (datagram: Buffer) => isMedia(datagram) && (datagram[1] ?? 0) >= 192 && (datagram[1] ?? 0) <= 223;
const isRtp = (datagram: Buffer) => isMedia(datagram) && !isRtcp(datagram);

/** A publisher that sends ten packets a second, and a viewer that has got the first. */
function room(egress: number) {
  const at = arena(1, { egress });
  const [up, down] = [at.publisher('up'), at.subscriber('down')];
  let sequence = 0;
  const frame = (payload?: Buffer) =>
    at.from(up, up.rtp({ ssrc: 7, sequence: ++sequence, timestamp: 900 * sequence, ...(payload && { payload }) }));
  frame();
  return {
    ...at,
    up,
    down,
    frame,
    /** Time passes, in which only the publisher says something. */
    live(seconds: number, meanwhile: () => void = () => undefined) {
      for (let i = 0; i < 10 * seconds; i++) {
        at.pass(100);
        at.from(up, up.check());
        frame(deltaFrame);
        meanwhile();
      }
    },
  };
}

/** With a viewer's address as its source, from somebody who has neither its password nor its keys. */
const forged = (down: Peer): Record<string, Buffer> => {
  const report = Buffer.from(down.rtcp(receiverReport(1, [])));
  report.writeUInt8(report.readUInt8(20) ^ 1, 20);
  const check = Buffer.from(down.check());
  check.writeUInt8(check.readUInt8(30) ^ 1, 30);
  return {
    report,
    check,
    dtls: Buffer.from([22, 254, 253, 0]),
    media: Buffer.alloc(40, 0x80),
    nothing: Buffer.from([255]),
  };
};

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const) {
  test(`a viewer that has gone is asked, and sent nothing after 6 s, which is counted${where}`, () => {
    const { live, down, counters, events } = room(egress);
    live(5);
    assert.ok(checks(down) >= 2 && checks(down) <= 4, `${checks(down)} checks`);
    assert.equal(down.inbox.rtp.length, 51);
    live(9);
    assert.ok(down.inbox.rtp.length <= 62, `${down.inbox.rtp.length} packets`);
    assert.equal(counters().withheld.Gone.packets, 141 - down.inbox.rtp.length);
    live(2);
    assert.equal(events.at(-1), 'closed down Silent');
  });

  test(`one that comes back has its media from a key frame on, which is asked for, without a gap${where}`, () => {
    const { live, frame, up, down, from } = room(egress);
    live(8);
    const before = down.inbox.rtp.length;
    up.inbox.rtcp.length = 0;
    live(1);
    assert.ok(!isKeyFrameAsked(up), 'none is asked for while nobody needs it');
    from(down, down.check());
    live(1);
    assert.ok(isKeyFrameAsked(up));
    assert.equal(down.inbox.rtp.length, before);
    frame();
    frame(deltaFrame);
    const [last, ...later] = down.inbox.rtp.slice(before - 1).map(({ header }) => header.sequenceNumber);
    assert.deepEqual(
      later.map((number) => (number - (last ?? 0)) & 0xffff),
      [1, 2],
    );
  });

  test(`who has gone is not kept by what somebody else sends in its name${where}`, () => {
    const { live, down, from, counters, events } = room(egress);
    live(16, () => from(down, ...Object.values(forged(down))));
    assert.ok(counters().withheld.Gone.packets > 70, `${counters().withheld.Gone.packets} packets were not sent`);
    assert.equal(events.at(-1), 'closed down Silent');
  });

  for (const nominates of [true, false])
    test(`nor by a check of its own that somebody sends again from elsewhere, ${nominates ? 'with' : 'without'} a nomination${where}`, () => {
      const { live, down, core, counters, events } = room(egress);
      const captured = down.check(nominates);
      let tenths = 0;
      live(16, () => {
        if (tenths++ % 20 === 0) core.receive(captured, { address: '127.0.0.9', port: 9 });
      });
      assert.ok(checks(down) >= 2, 'it was asked');
      assert.ok(down.inbox.rtp.length <= 62, `${down.inbox.rtp.length} packets`);
      assert.ok(counters().withheld.Gone.packets > 70, `${counters().withheld.Gone.packets} packets were not sent`);
      assert.equal(events.at(-1), 'closed down Silent');
    });

  test(`one whose address has changed, and who nominates no more, is sent to the new one once the old one is silent${where}`, () => {
    const { live, frame, down, core, alsoAt, counters, events } = room(egress);
    const next = alsoAt(down, 7000);
    let answered = 0;
    let tenths = 0;
    const moved = () => {
      if (tenths++ % 25 === 0) core.receive(down.check(false), next);
      const asked = next.got.filter((message) => message.readUInt16BE(0) === 0x0001).length;
      if (asked > answered) core.receive(down.answer(), next);
      answered = asked;
    };
    live(5, moved);
    assert.equal(next.got.filter(isRtp).length, 0, 'as long as it may be at the old one');
    live(5, moved);
    frame();
    live(20, moved);
    assert.ok(next.got.filter(isRtp).length > 195, `${next.got.filter(isRtp).length} packets`);
    assert.ok(counters().withheld.Gone.packets < 30, `${counters().withheld.Gone.packets} packets were not sent`);
    assert.ok(!events.includes('closed down Silent'));
  });

  test(`what it reports from another address keeps its session, and says nothing of the one it is sent to${where}`, () => {
    const { live, down, core, events } = room(egress);
    const next = { ...down.endpoint, port: 7000 };
    core.receive(down.check(false), next);
    let tenths = 0;
    live(20, () => {
      if (tenths++ % 10 === 0) core.receive(down.rtcp(receiverReport(1, [])), next);
    });
    assert.ok(down.inbox.rtp.length <= 62, `${down.inbox.rtp.length} packets`);
    assert.ok(!events.includes('closed down Silent'));
  });

  test(`a report of one that has gone brings it back${where}`, () => {
    const { live, down, up, from } = room(egress);
    live(8);
    up.inbox.rtcp.length = 0;
    from(down, down.rtcp(receiverReport(1, [])));
    live(2);
    assert.ok(isKeyFrameAsked(up));
  });

  test(`who answers when asked, or reports now and then, is there${where}`, () => {
    const { live, down, from, counters } = room(egress);
    let answered = 0;
    live(14, () => {
      if (checks(down) === answered) return;
      answered = checks(down);
      from(down, down.answer());
    });
    assert.ok(answered >= 4 && answered <= 5, `${answered} answers in 14 s`);
    for (let i = 0; i < 3; i++) {
      from(down, down.rtcp(receiverReport(1, [])));
      live(5);
    }
    assert.equal(counters().withheld.Gone.packets, 0);
  });
}

test('a publisher that sends from a new address is told what is lost there, and nobody is at the old one', () => {
  const { core, pass, publisher, subscriber, alsoAt } = arena();
  const [up] = [publisher('up'), subscriber('down')];
  const [old, next] = [alsoAt(up, up.endpoint.port), alsoAt(up, 7000)];
  let sequence = 0;
  const live = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      core.receive(up.check(false), next);
      core.receive(up.rtp({ ssrc: 7, sequence: ++sequence }), next);
      pass(1000);
    }
  };
  live(10);
  old.got.length = 0;
  live(10);
  assert.equal(old.got.filter(isRtcp).length, 0, 'nothing goes where nobody says to be');
  assert.equal(next.got.filter(isRtcp).length, 0, 'nor where nobody has answered');
  core.receive(up.answer(), next);
  live(10);
  assert.ok(next.got.filter(isRtcp).length > 5, `${next.got.filter(isRtcp).length} reports`);
});
