import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remb } from '#server/media/rtp/remb.ts';
import { receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { encodingsStage } from '../encodings-stage.ts';
import { videoDown } from '../peer.ts';

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const) {
  test(`viewers are told of one by one, as many as are asked for: what their link carries, what they chose and are sent${where}`, () => {
    const { core, viewer, live, from, viewers } = encodingsStage({ egress });
    const [down, other] = [viewer('down'), viewer('other')];
    core.chooseLayer('down', '0', 'l');
    live(2, () => {
      from(down, down.rtcp(Buffer.concat([receiverReport(1, []), remb(1, 2_000_000, [1000])])));
      from(other, other.check());
    });
    const { total, viewers: all } = viewers({ viewersOf: 'room', most: 10 });
    assert.equal(total, 2);
    const [one, two] = ['down', 'other'].map((id) => all.find((each) => each.id === id));
    assert.deepEqual([one?.chosenRid, one?.wantedRid, one?.sentRid], ['l', 'l', 'l']);
    assert.deepEqual([two?.chosenRid, two?.wantedRid, two?.sentRid], [undefined, 'h', 'h']);
    assert.deepEqual([one?.estimateBps, two?.estimateBps], [2_000_000, -1]);
    assert.deepEqual([one?.lossRatio, one?.isGone, one?.room], [0, false, 'room']);
    assert.equal(viewers({ viewersOf: undefined, most: 1 }).viewers.length, 1);
    assert.equal(viewers({ viewersOf: undefined, most: 1 }).total, 2);
    assert.deepEqual(viewers({ viewersOf: 'elsewhere', most: 10 }), { total: 0, viewers: [] });
  });

  test(`only viewers that are connected are told of, and counted${where}`, () => {
    const { core, stranger, viewers } = arena(1, { egress });
    const down = stranger('down');
    core.subscribe('down', 'room', [videoDown(1000)]);
    assert.deepEqual(viewers({ viewersOf: undefined, most: 10 }), { total: 0, viewers: [] });
    core.setKeys('down', down.keys);
    assert.equal(viewers({ viewersOf: undefined, most: 10 }).total, 1);
  });
}
