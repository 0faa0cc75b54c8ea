import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from '../arena.ts';
import { read, ticksOf } from '../feedback-ticks.ts';
import { type Peer, videoUp, vp8 } from '../peer.ts';

const id = 3;
const numbered = [videoUp({ extensions: { transportWide: id }, codecs: [vp8(96, 97)] })];

const number = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value % 0x10000);
  return { id, value: bytes };
};

const feedbacks = ({ inbox }: Peer) => inbox.compounds.flatMap((compound) => read(compound) ?? []);

test('a publisher that numbers its packets is told when each came, of whichever stream', () => {
  const { publisher, from, pass } = arena();
  const up = publisher('up', numbered);
  pass(1000);
  from(up, up.rtp({ ssrc: 7, sequence: 1, extension: number(10) }));
  pass(25);
  // A bandwidth probe: padding on the stream of retransmissions.
  from(up, up.rtp({ ssrc: 70, sequence: 9, payloadType: 97, payload: Buffer.alloc(0), extension: number(12) }));
  pass(100);
  const [first] = feedbacks(up);
  const ticks = feedbacks(up).flatMap((of) => ticksOf(of));
  assert.equal(first?.baseSequence, 10);
  assert.equal(first?.mediaSsrc, 7);
  assert.deepEqual(
    ticks.map((tick) => tick && tick - (ticks[0] ?? 0)),
    [0, undefined, 100],
  );
});

test('the feedback comes in a compound that begins with a report, at most ten times a second', () => {
  const { publisher, from, pass } = arena();
  const up = publisher('up', numbered);
  for (let i = 0; i < 100; i++) {
    from(up, up.rtp({ ssrc: 7, sequence: i, extension: number(65_500 + i) }));
    pass(10);
  }
  const compounds = up.inbox.compounds.filter((compound) => read(compound) !== undefined);
  assert.ok(compounds.length >= 9 && compounds.length <= 11, `${compounds.length} in a second`);
  assert.ok(compounds.every((compound) => compound[1] === 201));
});

test('who does not number its packets is told nothing', () => {
  const { publisher, from, pass } = arena();
  const plain = publisher('up', [videoUp({ extensions: { mid: 1 } })]);
  from(plain, plain.rtp({ ssrc: 7, sequence: 1, extension: number(10) }));
  pass(1000);
  assert.deepEqual(feedbacks(plain), []);
});
