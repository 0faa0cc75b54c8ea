import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from '../arena.ts';
import { deltaFrame, type Peer, videoDown, videoUp, vp8 } from '../peer.ts';

const rid = 5;
const repairedRid = 6;
const [low, high] = [7, 8];
const twoSizes = [videoUp({ rids: ['l', 'h'], extensions: { rid, repairedRid }, codecs: [vp8(96, 97)] })];

/** VP8: the first packet of a key frame of so many pixels (RFC 6386 section 9.1). */
function keyFrameOf(width: number, height: number): Buffer {
  const payload = Buffer.from('105031009d012a00000000', 'hex');
  payload.writeUInt16LE(width, 7);
  payload.writeUInt16LE(height, 9);
  return payload;
}
const small = keyFrameOf(320, 180);
const large = keyFrameOf(640, 360);

const keyFramesAsked = ({ inbox }: Peer, ssrc: number) =>
  inbox.rtcp.filter((packet) => packet.type === 'KeyFrameRequest' && packet.mediaSsrc === ssrc).length;
const nacked = ({ inbox }: Peer) => inbox.rtcp.flatMap((packet) => (packet.type === 'Nack' ? [packet.mediaSsrc] : []));
const payloads = ({ inbox }: Peer) => inbox.rtp.map(({ payload }) => payload);

function stage() {
  const at = arena();
  const up = at.publisher('up', twoSizes);
  const down = at.subscriber('down', [videoDown(1000)]);
  const next = new Map<number, number>();
  const send = (ssrc: number, payload: Buffer) => {
    const sequence = (next.get(ssrc) ?? 0) + 1;
    next.set(ssrc, sequence);
    const extension = { id: rid, value: ssrc === low ? 'l' : 'h' };
    at.from(up, up.rtp({ ssrc, sequence, timestamp: sequence * 3000, payload, extension }));
  };
  const skip = (ssrc: number) => next.set(ssrc, (next.get(ssrc) ?? 0) + 1);
  /** Both flow for so long. */
  const flow = (ms: number, ...ssrcs: readonly number[]) => {
    for (let passed = 0; passed < ms; passed += 50) {
      for (const ssrc of ssrcs) send(ssrc, deltaFrame);
      at.pass(50);
    }
  };
  /** Both have begun, and the viewer is sent the large one. */
  const settled = () => {
    send(low, small);
    send(high, large);
    flow(600, low, high);
    send(high, large);
    down.inbox.rtp.length = 0;
  };
  return { ...at, up, down, send, skip, flow, settled };
}

test('a viewer is sent the encoding that came first, and the larger one from its next key frame on', () => {
  const { up, down, send, flow } = stage();
  send(low, small);
  flow(100, low);
  send(low, small);
  assert.deepEqual(payloads(down).at(-1), small);
  send(high, large);
  assert.deepEqual(payloads(down).at(-1), small, 'a key frame that nobody waited for');
  flow(600, low, high);
  assert.ok(keyFramesAsked(up, high) > 0);
  const before = down.inbox.rtp.length;
  send(low, deltaFrame);
  assert.equal(down.inbox.rtp.length, before + 1, 'until then the smaller one goes on');
  send(high, large);
  assert.deepEqual(payloads(down).at(-1), large);
  send(low, deltaFrame);
  assert.equal(down.inbox.rtp.length, before + 2, 'and no further');
  const numbers = down.inbox.rtp.map(({ header }) => header.sequenceNumber);
  assert.deepEqual(
    numbers.map((number) => (number - (numbers[0] ?? 0)) & 0xffff),
    numbers.map((_, i) => i),
  );
});

test('an encoding that nobody is sent is not asked for again, nor for key frames', () => {
  const { up, settled, send, skip, flow } = stage();
  settled();
  flow(1500, low, high);
  const before = keyFramesAsked(up, low);
  skip(low);
  skip(high);
  send(low, deltaFrame);
  send(high, deltaFrame);
  flow(3000, low, high);
  assert.ok(nacked(up).length > 0);
  assert.ok(!nacked(up).includes(low));
  assert.equal(keyFramesAsked(up, low), before);
});

test('an encoding that a viewer has chosen is asked for again, though it is not the best', () => {
  const { core, up, settled, send, skip, flow } = stage();
  settled();
  core.chooseLayer('down', '0', 'l');
  flow(600, low, high);
  send(low, small);
  flow(1500, low, high);
  assert.ok(!nacked(up).includes(low));
  skip(low);
  flow(100, low, high);
  assert.ok(nacked(up).includes(low));
});

test('when the large one stops, the viewer gets the small one by its next key frame', () => {
  const { up, down, settled, send, flow } = stage();
  settled();
  const before = keyFramesAsked(up, low);
  flow(2500, low);
  assert.ok(keyFramesAsked(up, low) > before);
  assert.deepEqual(payloads(down), []);
  send(low, small);
  send(low, deltaFrame);
  assert.deepEqual(payloads(down), [small, deltaFrame]);
});

test('repairs belong to the encoding that they name', () => {
  const { up, down, from, settled, send, skip } = stage();
  settled();
  skip(high);
  send(high, deltaFrame);
  const number = Buffer.alloc(2);
  number.writeUInt16BE(15);
  const repair = Buffer.concat([number, deltaFrame]);
  const lost = down.inbox.rtp.length;
  for (const [ssrc, value] of [
    [70, 'l'],
    [80, 'h'],
  ] as const)
    from(up, up.rtp({ ssrc, sequence: 1, payloadType: 97, payload: repair, extension: { id: repairedRid, value } }));
  assert.equal(down.inbox.rtp.length, lost + 1);
});

test('a packet that names no encoding belongs to none', () => {
  const { up, from, dropped } = stage();
  from(up, up.rtp({ ssrc: 99, sequence: 1 }), up.rtp({ ssrc: 99, sequence: 2, extension: { id: rid, value: 'x' } }));
  assert.equal(dropped('UnknownSsrc'), 2);
});

test('figures and tracks are those of the encoding that is sent', () => {
  const { seen, settled } = stage();
  settled();
  assert.equal(seen().ingest['room']?.video?.width, 640);
  assert.deepEqual(seen().tracks, { published: { audio: 0, video: 1 }, subscribed: { audio: 0, video: 1 } });
});
