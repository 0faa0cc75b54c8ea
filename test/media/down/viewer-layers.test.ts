import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remb } from '#server/media/rtp/remb.ts';
import { receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { feedback, written } from '../feedback-ticks.ts';
import { deltaFrame, type Peer, videoDown, videoUp, vp8 } from '../peer.ts';

const rid = 5;
const [low, high] = [7, 8];

/** VP8: the first packet of a key frame of so many pixels (RFC 6386 section 9.1). */
function keyFrameOf(width: number, height: number): Buffer {
  const payload = Buffer.from('105031009d012a00000000', 'hex');
  payload.writeUInt16LE(width, 7);
  payload.writeUInt16LE(height, 9);
  return payload;
}
const frames = new Map([
  [low, keyFrameOf(320, 180)],
  [high, keyFrameOf(1280, 720)],
]);

/** 100 and 800 kbit/s, at 20 packets a second. */
const sizes = new Map([
  [low, 600],
  [high, 5 * 1000],
]);

/**
 * A publisher of two encodings that answers each wish for a key frame, and viewers that see them. `meanwhile` runs each 50 ms.
 */
function stage(egress: number) {
  const at = arena(1, { egress });
  const up = at.publisher('up', [videoUp({ rids: ['l', 'h'], extensions: { rid }, codecs: [vp8(96)] })]);
  const sequences = new Map<number, number>();
  const send = (ssrc: number, payload: Buffer) => {
    const sequence = (sequences.get(ssrc) ?? 0) + 1;
    sequences.set(ssrc, sequence);
    const extension = { id: rid, value: ssrc === low ? 'l' : 'h' };
    at.from(up, up.rtp({ ssrc, sequence: sequence & 0xffff, timestamp: sequence * 900, payload, extension }));
  };
  const tick = () => {
    for (const ssrc of [low, high]) {
      const asked = up.inbox.rtcp.some((packet) => packet.type === 'KeyFrameRequest' && packet.mediaSsrc === ssrc);
      const key = frames.get(ssrc);
      if (asked && key !== undefined) send(ssrc, key);
      for (let rest = sizes.get(ssrc) ?? 0; rest > 0; rest -= 1000)
        send(ssrc, Buffer.concat([deltaFrame, Buffer.alloc(Math.min(rest, 1000))]));
    }
    up.inbox.rtcp.length = 0;
    at.pass(50);
    at.from(up, up.check());
  };
  for (const [ssrc, key] of frames) send(ssrc, key);
  return {
    ...at,
    viewer: (id: string, extensions = {}) =>
      at.subscriber(id, [videoDown(1000, { codecs: [vp8(120, 121)], rtxSsrc: 1001, extensions })]),
    live(seconds: number, meanwhile: () => void = () => undefined) {
      for (let i = 0; i < 20 * seconds; i++) {
        tick();
        meanwhile();
      }
    },
  };
}

/** Kilobits in a second, taken from the inbox. */
function received({ inbox }: Peer): number {
  const bytes = inbox.rtp.reduce((sum, { payload }) => sum + payload.length, 0);
  inbox.rtp.length = 0;
  return (8 * bytes) / 1000;
}

/** No numbers are missing: switches left no gap. */
function isWhole({ inbox }: Peer): boolean {
  const numbers = inbox.rtp.map(({ header }) => header.sequenceNumber);
  return numbers.every((number, i) => i === 0 || ((number - (numbers[i - 1] ?? 0)) & 0xffff) === 1);
}

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const) {
  test(`a viewer that chooses an encoding is sent it from its next key frame on, and the best when it chooses no more${where}`, () => {
    const { core, viewer, live, from } = stage(egress);
    const [down, other] = [viewer('down'), viewer('other')];
    const stay = () => [down, other].map((peer) => from(peer, peer.check()));
    live(2, stay);
    core.chooseLayer('down', '0', 'l');
    live(1, stay);
    received(down);
    received(other);
    live(1, stay);
    assert.ok(isWhole(down));
    assert.ok(received(down) < 150);
    assert.ok(received(other) > 600, 'the others are sent what they were');
    core.chooseLayer('down', '0', undefined);
    live(1, stay);
    received(down);
    live(1, stay);
    assert.ok(received(down) > 600);
  });

  test(`one whose REMB falls is sent the low one, and tried again with the high one when it has been calm${where}`, () => {
    const { viewer, live, from } = stage(egress);
    const [thin, wide] = [viewer('thin'), viewer('wide')];
    const say = (kbps: number) => () => {
      from(thin, thin.rtcp(Buffer.concat([receiverReport(1, []), remb(1, 1000 * kbps, [1000])])));
      from(wide, wide.rtcp(Buffer.concat([receiverReport(1, []), remb(1, 5_000_000, [1000])])));
    };
    live(3, say(2000));
    received(thin);
    live(1, say(2000));
    assert.ok(received(thin) > 600);
    live(2, say(200));
    received(thin);
    received(wide);
    live(1, say(200));
    assert.ok(received(thin) < 150);
    assert.ok(received(wide) > 600, 'the others are sent what they were');
    assert.ok(isWhole(thin) && isWhole(wide));
    live(20, say(200));
    const kilobits = received(thin);
    assert.ok(kilobits > 20 * 150 && kilobits < 20 * 450, `${kilobits / 20} kbit/s`);
  });
}

test('transport-wide feedback that tells of a growing queue brings the low one', () => {
  const { viewer, live, from } = stage(0);
  const down = viewer('down', { transportWide: 3 });
  let told = 0;
  let now = 0;
  let freeAt = 0;
  const ticks: number[] = [];
  /** A link of 300 kbit/s with a queue without end. */
  const link = () => {
    now += 50;
    for (const { payload } of down.inbox.rtp.slice(told)) {
      freeAt = Math.max(freeAt, now) + (8 * (payload.length + 30)) / 300;
      ticks.push(Math.round(4 * freeAt));
    }
    const arrived = ticks.filter((tick) => tick <= 4 * now).length;
    told = down.inbox.rtp.length;
    if (arrived === 0) return from(down, down.check());
    const base = told - ticks.length;
    from(
      down,
      down.rtcp(Buffer.concat([receiverReport(1, []), ...written(feedback(ticks.splice(0, arrived), base & 0xffff))])),
    );
  };
  live(10, link);
  const bytes = () => down.inbox.rtp.slice(told).reduce((sum, { payload }) => sum + payload.length, 0);
  assert.equal(bytes(), 0);
  const before = down.inbox.rtp.length;
  live(1, link);
  const lately = down.inbox.rtp.slice(before).reduce((sum, { payload }) => sum + payload.length, 0);
  assert.ok((8 * lately) / 1000 < 200, `${(8 * lately) / 1000} kbit/s`);
});
