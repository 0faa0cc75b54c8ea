import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remb } from '#server/media/rtp/remb.ts';
import { receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { encodingsStage, meter } from '../encodings-stage.ts';
import type { Peer } from '../peer.ts';

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
    const { core, viewer, live, from } = encodingsStage({ egress });
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
    const { viewer, live, from } = encodingsStage({ egress });
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

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const)
  test(`an encoding that nobody is sent is paused, and says so; the best is not, for who comes next${where}`, () => {
    const { core, viewer, live, from } = encodingsStage({ egress });
    const down = viewer('down');
    const states = () => core.snapshot().ingest['room']?.layers.map(({ rid, state }) => `${rid} ${state}`);
    live(2, () => from(down, down.check()));
    assert.deepEqual(states(), ['l Paused', 'h Active']);
    core.chooseLayer('down', '0', 'l');
    live(2, () => from(down, down.check()));
    assert.deepEqual(states(), ['l Active', 'h Active']);
  });

for (const [soundKbps, sent, egress] of [
  [40, 'the better', 0],
  [300, 'the lesser', 0],
  [300, 'the lesser', 1],
] as const)
  test(`with sound of ${soundKbps} kbit/s a link for 1000 has room for ${sent} picture${egress > 0 ? ', by another thread' : ''}`, () => {
    const { viewer, live, from } = encodingsStage({ egress, soundKbps });
    const down = viewer('down');
    const kilobits = meter(down);
    const say = () => from(down, down.rtcp(Buffer.concat([receiverReport(1, []), remb(1, 1_000_000, [1000])])));
    live(4, say);
    kilobits();
    live(1, say);
    const { media } = kilobits();
    assert.equal(media < 300 ? 'the lesser' : 'the better', sent, `${media} kbit/s`);
  });
