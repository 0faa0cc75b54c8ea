import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remb } from '#server/media/rtp/remb.ts';
import { pictureLoss, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { encodingsStage, meter, thinLink } from '../encodings-stage.ts';
import { opus, videoUp } from '../peer.ts';

const wholly = { ssrc: 1000, fractionLost: 0, cumulativeLost: 0, jitter: 0, lastSenderReport: 0, delaySinceLast: 0 };

/** Two viewers that tell when packets came, each over a link of its own. */
function linked(egress: number) {
  const at = encodingsStage({ egress });
  const [thin, wide] = [at.viewer('thin', { transportWide: 3 }), at.viewer('wide', { transportWide: 3 })];
  const [thinly, widely] = [thinLink(at, thin), thinLink(at, wide)];
  return {
    ...at,
    link: thinly,
    thin: meter(thin),
    wide: meter(wide),
    live: (seconds: number) =>
      at.live(seconds, undefined, () => {
        thinly.pass();
        widely.pass();
      }),
  };
}

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const)
  test(`a viewer on a thin link is sent the low encoding, and by a probe finds out when it carries the high one${where}`, () => {
    const { link, thin, wide, live, totals } = linked(egress);
    link.kbps = 300;
    live(6);
    thin();
    wide();
    live(10);
    const { media, again } = thin();
    assert.ok(media > 900 && media < 1100, `${media / 10} kbit/s`);
    assert.ok(again < 0.5 * media, `${again / 10} kbit/s to find out`);
    assert.ok(wide().media > 7500, 'the other is sent what it was');
    const { probes } = totals();
    assert.ok(probes.NotCarried > 0 && probes.Carried === 0, JSON.stringify(probes));
    link.kbps = 10_000;
    live(20);
    thin();
    live(1);
    assert.ok(thin().media > 700);
    assert.equal(totals().probes.Carried, 1);
    live(20);
    assert.equal(thin().again, 0, 'there is nothing more to find out');
  });

test('a link that does not carry the low one is sent no video, until a probe shows that it does', () => {
  const { link, thin, wide, live, counters, seen, totals, keyFramesAsked } = linked(0);
  live(3);
  link.kbps = 60;
  live(8);
  assert.equal(counters().heldBack, 1);
  assert.equal(seen().tracks.subscribed.video, 1);
  thin();
  wide();
  const asked = keyFramesAsked();
  live(10);
  assert.equal(thin().media, 0);
  assert.ok(wide().media > 7500, 'the other is sent what it was');
  assert.equal(keyFramesAsked(), asked);
  assert.ok(counters().withheld.LinkTooThin.packets >= 200);
  link.kbps = 10_000;
  live(40);
  thin();
  live(1);
  assert.ok(thin().media > 80);
  assert.equal(counters().heldBack, 0);
  assert.ok(totals().probes.Carried >= 1);
});

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const)
  test(`of one encoding, a viewer whose own estimate falls far below it is sent none, and is tried again${where}`, () => {
    const at = encodingsStage({ egress, isSimulcast: false });
    const [down, other] = [at.viewer('down'), at.viewer('other')];
    const [thin, wide] = [meter(down), meter(other)];
    let highestSequence = 30_000;
    const say =
      (kbps: number, lossRatio: number, ...more: Buffer[]) =>
      () => {
        highestSequence += 5;
        const block = { ...wholly, highestSequence, fractionLost: 256 * lossRatio };
        const packets = [receiverReport(1, [block]), remb(1, 1000 * kbps, [1000]), ...more];
        at.from(down, down.rtcp(Buffer.concat(packets)));
        at.from(other, other.check());
      };
    at.live(4, say(1500, 0));
    assert.ok(thin().media > 3000);
    at.live(6, say(300, 0.25));
    assert.equal(at.counters().heldBack, 1);
    thin();
    wide();
    assert.deepEqual(at.events.slice(-1), ['held down']);
    const asked = at.keyFramesAsked();
    at.live(2, say(300, 0, pictureLoss(1, 1000)));
    assert.equal(thin().media, 0);
    assert.ok(wide().media > 1500, 'the other is sent what it was');
    assert.equal(at.keyFramesAsked(), asked, 'who is held back moves nobody to make key frames');
    at.live(8, say(1500, 0));
    assert.ok(thin().media > 300);
    assert.deepEqual(at.events.slice(-1), ['not held down']);
    assert.deepEqual([at.counters().heldBack, at.totals().probes.Carried], [0, 0]);
  });

test('an estimate of its own that is low, or falls, without heavy losses, holds nothing back', () => {
  const { viewer, live, from, counters } = encodingsStage({ isSimulcast: false });
  const down = viewer('down');
  let kbps = 1500;
  const say = () => from(down, down.rtcp(Buffer.concat([receiverReport(1, []), remb(1, 1000 * kbps, [1000])])));
  live(3, say);
  for (kbps = 400; kbps > 100; kbps *= 0.8) live(2, say);
  live(5, say);
  assert.equal(counters().heldBack, 0);
});

test('an encoder that makes less than it did makes no link too thin for it', () => {
  const { viewer, live, lessen, from, counters } = encodingsStage({ isSimulcast: false });
  const down = viewer('down');
  let highestSequence = 30_000;
  const say = (kbps: number, lossRatio: number) => () => {
    highestSequence += 5;
    const block = { ...wholly, highestSequence, fractionLost: 256 * lossRatio };
    from(down, down.rtcp(Buffer.concat([receiverReport(1, [block]), remb(1, 1000 * kbps, [1000])])));
  };
  live(5, say(1500, 0));
  lessen(0.3);
  live(2, say(400, 0.12));
  live(6, say(300, 0.12));
  assert.equal(counters().heldBack, 0);
});

test('a viewer that falls silent for some seconds goes on where it was', () => {
  const { link, live, events, thin } = linked(0);
  link.kbps = 300;
  live(6);
  link.kbps = 60;
  live(1.5);
  link.isCut = true;
  live(4);
  link.isCut = false;
  link.kbps = 10_000;
  thin();
  live(3);
  assert.ok(thin().media > 200);
  assert.ok(!events.includes('held thin'));
});

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const)
  test(`a probe ends when there is nobody left to see${where}`, () => {
    const { link, thin, live, core, pass } = linked(egress);
    link.kbps = 300;
    live(6);
    for (thin(); thin().again === 0; ) live(0.05);
    core.removeTransport('up');
    pass(1000);
    thin();
    pass(2000);
    assert.equal(thin().again, 0);
  });

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const)
  test(`who was held back is told that it is no more when the next publisher has no video${where}`, () => {
    const at = encodingsStage({ egress });
    const down = at.viewer('down', { transportWide: 3 });
    const link = thinLink(at, down);
    const live = (seconds: number) => at.live(seconds, undefined, () => link.pass());
    live(3);
    link.kbps = 60;
    live(8);
    assert.deepEqual(at.events.slice(-1), ['held down']);
    at.core.removeTransport('up');
    at.publisher('next', [videoUp({ kind: 'audio', codecs: [opus(111)] })]);
    at.pass(100);
    assert.deepEqual(at.events.slice(-1), ['not held down']);
  });
