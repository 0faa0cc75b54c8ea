import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { type VisitedSfu, visitedSfu } from './server/pages/visited-sfu.ts';

/** For a page whose source is open and gives nothing: its tracks are sent once `handOn` is called. */
const withheld = `{
  const real = RTCPeerConnection.prototype.addTransceiver;
  const held = [];
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    const transceiver = real.call(this, track.kind ?? track, init);
    held.push([transceiver.sender, track]);
    return transceiver;
  };
  globalThis.handOn = () => Promise.all(held.map(([sender, track]) => sender.replaceTrack(track)));
}`;

describe('what a publisher should change, on the publisher page', () => {
  let on: VisitedSfu;
  before(async () => {
    on = await visitedSfu('rooms: [{name: stage}]');
  });
  after(() => on?.end());

  test('a page that is connected and sends nothing is told so by the server in words, and that it is over', async () => {
    const page = await (await on.browser.newContext()).newPage();
    await page.addInitScript(withheld);
    await page.goto(`${on.server.urls('stage').publisher}&source=test`);
    await page.getByRole('button', { name: 'Start' }).click();
    const hints = page.locator('#hints');
    await eventually('it is told', () => hints.isVisible(), 30_000);
    assert.match((await hints.textContent()) ?? '', /neither picture nor sound .* See whether the source gives any/);
    await page.evaluate('handOn()');
    await eventually('it is over', () => hints.isHidden(), 20_000);
  });
});
