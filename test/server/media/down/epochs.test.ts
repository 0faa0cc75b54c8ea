import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { type Peer, videoDown, videoUp, vp8 } from '../peer.ts';

/** VP8 with a picture id of 15 bits and TL0PICIDX, so that the numbers of pictures can be followed. */
const picture = (isKey: boolean, id: number, baseLayerIndex: number): Buffer =>
  Buffer.from([0x90, 0xc0, 0x80 | (id >>> 8), id & 0xff, baseLayerIndex, isKey ? 0x50 : 0x51, 1, 2, 3]);

const picturesOf = ({ inbox }: Peer) =>
  inbox.rtp
    .filter(({ header }) => header.ssrc === 1000)
    .map(({ payload }) => [payload.readUInt16BE(2) & 0x7fff, payload.readUInt8(4)]);

const sequencesOf = ({ inbox }: Peer) => inbox.rtp.map(({ header }) => header.sequenceNumber);

/** A subscriber whose publisher was replaced; three packets of each. How streams go on then is said in codecs.test.ts. */
function replaced(codecs = [vp8(120)], rtx: { rtxSsrc?: number } = {}) {
  const { core, publisher, subscriber, ...rest } = arena();
  const early = subscriber('early', [videoDown(1000, { codecs, ...rtx })]);
  const first = publisher('first');
  const send = (up: Peer, payloadType: number, from: number, id: number, base: number) => {
    for (let i = 0; i < 3; i++) {
      const payload = picture(i === 0, (id + i) & 0x7fff, (base + i) & 0xff);
      rest.from(up, up.rtp({ ssrc: 7, payloadType, sequence: from + i, timestamp: 3000 * i, payload }));
    }
  };
  send(first, 96, 10, 0x7ffe, 254);
  core.removeTransport('first');
  const second = publisher('second', [videoUp({ codecs: [vp8(98)] })]);
  send(second, 98, 500, 77, 9);
  return { ...rest, core, early, second, publisher, send };
}

test('what is asked for across the change of publisher is sent again, the same byte for byte', () => {
  const { early, from, resent } = replaced();
  const before = early.inbox.rtp.map((packet) => packet.serialize());
  from(early, early.rtcp(nack(1, 1000, sequencesOf(early))));
  assert.equal(resent(), 6);
  assert.deepEqual(
    early.inbox.rtp.slice(6).map((packet) => packet.serialize()),
    before,
  );
});

test('both copies of what is asked for again have the numbers that its pictures had', () => {
  const { early, from, pass } = replaced([vp8(120, 121)], { rtxSsrc: 1001 });
  const sequences = sequencesOf(early).slice(0, 6);
  const before = early.inbox.rtp.slice(3, 6).map(({ payload }) => payload);
  const ask = () => from(early, early.rtcp(nack(1, 1000, sequences.slice(3))));
  ask();
  pass(60);
  ask();
  const again = early.inbox.rtp.filter(({ header }) => header.ssrc === 1001);
  assert.deepEqual(
    again.map(({ payload }) => payload.subarray(2)),
    [...before, ...before.flatMap((payload) => [payload, payload])],
  );
});

test('what of a former source was not sent before the change is not sent after it', () => {
  const { core, publisher, subscriber, from, resent } = arena();
  const [down, first] = [subscriber('down'), publisher('first')];
  from(first, first.rtp({ ssrc: 7, sequence: 10, payload: picture(true, 1, 1) }));
  const [sequence = 0] = sequencesOf(down);
  const second = publisher('second');
  from(second, second.rtp({ ssrc: 8, sequence: 20, payload: picture(true, 9, 9) }));
  // The first one speaks on, to nobody: its next packet would have the number that the second one's has.
  from(first, first.rtp({ ssrc: 7, sequence: 11, payload: picture(true, 2, 2) }));
  const before = down.inbox.rtp[1]?.serialize();
  from(down, down.rtcp(nack(1, 1000, [(sequence + 1) & 0xffff])));
  assert.equal(resent(), 1);
  assert.deepEqual(down.inbox.rtp[2]?.serialize(), before);
  core.removeTransport('first');
});

test('two seconds later, and two changes later, it is not', () => {
  const { core, early, from, second, publisher, send, pass, resent } = replaced();
  const [first = 0, , , fourth = 0] = sequencesOf(early);
  pass(4000);
  from(early, early.check());
  from(early, early.rtcp(nack(1, 1000, [first])));
  assert.equal(resent(), 0);
  for (const id of ['third', 'fourth', 'fifth']) {
    core.removeTransport(second.spec.id);
    send(publisher(id), 96, 100, 0, 0);
    core.removeTransport(id);
  }
  from(early, early.rtcp(nack(1, 1000, [fourth])));
  assert.equal(resent(), 0);
  assert.deepEqual(picturesOf(early).at(-1), [12, 12]);
});
