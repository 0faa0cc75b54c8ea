/** How long viewers are told to wait for what is sent again, by the publisher or to themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from './arena.ts';
import { type Peer, type Rtp, videoDown, videoUp, vp8 } from './peer.ts';

const delayId = 7;
const viewer = (ssrc: number, isRtx = true) =>
  videoDown(ssrc, {
    extensions: { mid: 1, playoutDelay: delayId },
    ...(isRtx ? { rtxSsrc: ssrc + 1, codecs: [vp8(120, 121)] } : {}),
  });

/** The least that the packets of a viewer's track say from the `from`th on, in milliseconds; those that say nothing left out. */
const told = ({ inbox }: Peer, from = 0) =>
  inbox.rtp
    .slice(from)
    .filter(({ header }) => header.ssrc % 2 === 0)
    .flatMap(({ header }) => header.extensions.flatMap(({ id, payload }) => (id === delayId ? [payload] : [])))
    .map((payload) => 10 * (payload.readUInt16BE(0) >>> 4));

/** Whether the publisher was asked to send a packet again. */
const isAsked = ({ inbox }: Peer, sequence: number) =>
  inbox.rtcp.some((packet) => packet.type === 'Nack' && packet.sequences.includes(sequence));

const frameMs = 50;

/** An arena whose publisher sends 20 frames a second of two packets each. */
function broadcast(extensions = {}) {
  const it = arena();
  const publish = (id: string) => it.publisher(id, [videoUp({ extensions, codecs: [vp8(96, 97)] })]);
  let up = publish('up');
  let ssrc = 7;
  let sequence = 0;
  let timestamp = 0;
  const rtp = (more: Partial<Rtp> = {}) => up.rtp({ ssrc, sequence: sequence++, timestamp, ...more });
  const next = (more: Partial<Rtp> = {}) => {
    timestamp += frameMs * 90;
    it.from(up, rtp(more), rtp());
    it.pass(frameMs);
  };
  return {
    ...it,
    next,
    frames: (count: number) => {
      for (let i = 0; i < count; i++) next();
    },
    /** A frame whose second packet is lost, and sent again by the publisher four frames later, if it was asked to. */
    lossy() {
      timestamp += frameMs * 90;
      const lost = { sequence: sequence + 1, timestamp };
      it.from(up, rtp());
      sequence += 1;
      it.pass(frameMs);
      for (let i = 0; i < 3; i++) next();
      if (!isAsked(up, lost.sequence)) return;
      const number = Buffer.alloc(2);
      number.writeUInt16BE(lost.sequence);
      const payload = Buffer.concat([number, Buffer.from([0x00, 0x51])]);
      it.from(
        up,
        up.rtp({ ssrc: ssrc + 1, sequence: lost.sequence, timestamp: lost.timestamp, payloadType: 97, payload }),
      );
    },
    takeOver() {
      up = publish('another');
      ssrc = 27;
    },
  };
}

test('while nothing has to be sent again, a frame a second says that nothing is to be waited for', () => {
  const { subscriber, frames } = broadcast();
  const down = subscriber('down', [viewer(1000)]);
  frames(81);
  assert.deepEqual(told(down), new Array(8).fill(10));
});

test('viewers who can be told wait for as long as the publisher’s repairs take, and the others get what they got', () => {
  const { subscriber, from, lossy, frames } = broadcast();
  const down = subscriber('down', [viewer(1000)]);
  const plain = subscriber('plain', [viewer(2000, false)]);
  const deaf = subscriber('deaf', [videoDown(3000)]);
  const saidLast = () => [down, plain, deaf].map((each) => told(each).at(-1));
  for (let i = 0; i < 20; i++) lossy();
  // 200 ms after its time, and 15 until it is drawn.
  assert.deepEqual(saidLast(), [220, 220, undefined]);
  for (let seconds = 0; seconds < 35; seconds++) {
    for (const each of [down, plain]) from(each, each.check());
    frames(20);
  }
  assert.deepEqual(saidLast(), [10, 10, undefined]);
});

test('who comes first waits from the beginning: a publisher that nobody watches is asked for what it lost, too', () => {
  const { subscriber, lossy, frames } = broadcast();
  for (let i = 0; i < 10; i++) lossy();
  const down = subscriber('down', [viewer(1000)]);
  frames(20);
  assert.ok((told(down)[0] ?? 0) > 150);
});

test('all packets of the frame say it, those that are sent again too', () => {
  const { subscriber, from, frames } = broadcast();
  const down = subscriber('down', [viewer(1000)]);
  frames(25);
  const said = down.inbox.rtp.filter(({ header }) => header.extensions.some(({ id }) => id === delayId));
  assert.equal(said.length, 2);
  assert.equal(new Set(said.map(({ header }) => header.timestamp)).size, 1);
  from(down, down.rtcp(nack(1, 1000, [said[0]?.header.sequenceNumber ?? 0])));
  const again = down.inbox.rtp.at(-1);
  assert.equal(again?.header.ssrc, 1001);
  assert.ok(again.header.extensions.some(({ id }) => id === delayId));
});

test('another publisher takes the wait for the former’s repairs back', () => {
  const { core, subscriber, lossy, frames, takeOver } = broadcast();
  const down = subscriber('down', [viewer(1000)]);
  for (let i = 0; i < 10; i++) lossy();
  assert.ok((told(down).at(-1) ?? 0) > 200);
  core.removeTransport('up');
  takeOver();
  frames(25);
  assert.equal(told(down).at(-1), 10);
});

test('a publisher that says a delay itself is not spoken for', () => {
  const { subscriber, lossy, next } = broadcast({ playoutDelay: 5 });
  const down = subscriber('down', [viewer(1000)]);
  next({ extensions: [{ id: 5, value: Buffer.from('00a00b', 'hex') }] });
  for (let i = 0; i < 20; i++) lossy();
  assert.deepEqual(told(down), [100]);
});

test('a viewer that is sent much again waits for that, and nobody else does', () => {
  const { subscriber, from, frames } = broadcast();
  const lossy = subscriber('lossy', [viewer(1000)]);
  const other = subscriber('other', [viewer(2000)]);
  for (let i = 0; i < 20; i++) {
    frames(4);
    const missed = lossy.inbox.rtp.filter(({ header }) => header.ssrc === 1000).at(-5);
    from(lossy, lossy.rtcp(nack(1, 1000, [missed?.header.sequenceNumber ?? 0])));
  }
  // Sent two frames before the newest, and asked for a frame after that.
  assert.equal(told(lossy).at(-1), 170);
  assert.deepEqual(new Set(told(other)), new Set([10]));
});

test('one that is sent the same packets again is told the same in them again', () => {
  const { subscriber, from, frames } = broadcast();
  const down = subscriber('down', [viewer(1000, false)]);
  for (let i = 0; i < 20; i++) {
    frames(4);
    const numbers = down.inbox.rtp.slice(-6, -3).map(({ header }) => header.sequenceNumber);
    from(down, down.rtcp(nack(1, 1000, numbers)));
  }
  assert.deepEqual(new Set(told(down)), new Set([10]));
  const bytes = Map.groupBy(down.inbox.rtp, ({ header }) => header.sequenceNumber);
  for (const copies of bytes.values())
    assert.equal(new Set(copies.map((copy) => copy.serialize().toString('hex'))).size, 1);
});
