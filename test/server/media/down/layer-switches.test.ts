import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaTotals } from '#server/media/counts.ts';
import { encodingsStage, thinLink } from '../encodings-stage.ts';

/** Those that there were since it was made, such as `Up Manual: 1`; before that the viewer gets the best, step by step. */
function switchesSince(totals: () => MediaTotals) {
  const each = () =>
    Object.entries(totals().switches).flatMap(([direction, reasons]) =>
      Object.entries(reasons).map(([reason, times]) => [`${direction} ${reason}`, times] as const),
    );
  const before = new Map(each());
  return () =>
    each()
      .map(([which, times]) => [which, times - (before.get(which) ?? 0)] as const)
      .filter(([, times]) => times > 0)
      .map(([which, times]) => `${which}: ${times}`);
}

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const) {
  test(`what a viewer chooses is counted, and that it goes on with the best when it chooses none${where}`, () => {
    const { core, viewer, live, totals, from } = encodingsStage({ egress });
    const down = viewer('down');
    const alive = () => from(down, down.check());
    live(4, alive);
    const switches = switchesSince(totals);
    core.chooseLayer('down', '0', 'l');
    live(2, alive);
    assert.deepEqual(switches(), ['Down Manual: 1']);
    core.chooseLayer('down', '0', 'h');
    live(2, alive);
    assert.deepEqual(switches(), ['Up Manual: 1', 'Down Manual: 1']);
    core.chooseLayer('down', '0', 'l');
    live(2, alive);
    core.chooseLayer('down', '0', undefined);
    live(2, alive);
    assert.deepEqual(switches(), ['Up Manual: 1', 'Up Best: 1', 'Down Manual: 2']);
  });

  test(`an encoding that stops is counted for who was sent it, and so is its return${where}`, () => {
    const { viewer, live, setHigh, totals, from } = encodingsStage({ egress });
    const down = viewer('down');
    const alive = () => from(down, down.check());
    live(4, alive);
    const switches = switchesSince(totals);
    setHigh(false);
    live(4, alive);
    assert.deepEqual(switches(), ['Down Stopped: 1']);
    setHigh(true);
    live(4, alive);
    assert.deepEqual(switches(), ['Up Best: 1', 'Down Stopped: 1']);
  });

  test(`a link that carries less, and more again, is counted as its estimate${where}`, () => {
    const at = encodingsStage({ egress });
    const link = thinLink(at, at.viewer('down', { transportWide: 3 }));
    const live = (seconds: number) => at.live(seconds, undefined, () => link.pass());
    live(6);
    const switches = switchesSince(at.totals);
    link.kbps = 300;
    live(8);
    assert.deepEqual(switches(), ['Down Estimate: 1']);
    link.kbps = 10_000;
    live(40);
    assert.deepEqual(switches(), ['Up Estimate: 1', 'Down Estimate: 1']);
  });

  test(`who chose an encoding that the publisher does not send is moved by the estimate of its link${where}`, () => {
    const at = encodingsStage({ egress });
    const link = thinLink(at, at.viewer('down', { transportWide: 3 }));
    const live = (seconds: number) => at.live(seconds, undefined, () => link.pass());
    live(6);
    const switches = switchesSince(at.totals);
    at.core.chooseLayer('down', '0', 'of another publisher');
    link.kbps = 300;
    live(8);
    assert.deepEqual(switches(), ['Down Estimate: 1']);
  });
}
