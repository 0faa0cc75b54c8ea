import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { visit } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { playsFor, publishTestPicture, shown, watch } from '#test/harness/pages.ts';
import { join } from './server/browser-client.ts';
import { type VisitedSfu, visitedSfu } from './server/pages/visited-sfu.ts';

const roomsFile = `
rooms:
  - name: stage
  - name: one
    publish: { codecs: [VP8, Opus] }
`;

/** A busy machine takes its time until Chromium knows what its link carries. */
const patienceMs = 60_000;

describe('the menu of sizes on the player page', () => {
  let on: VisitedSfu;
  let player: Page;

  before(async () => {
    on = await visitedSfu(roomsFile);
  });
  after(() => on?.end());

  const menu = () => player.getByLabel('Quality');
  const texts = () => menu().locator('option:enabled').allTextContents();
  const height = async () => Number((await shown(player)).stats['height'] ?? 0);
  const smallestLines = async () => linesOf((await texts()).at(-1));
  const isSmallest = async () => (await height()) === (await smallestLines());
  const linesOf = (text: string | undefined) => Number(/^\d+/.exec(text ?? '')?.[0]);

  test('offers what a publisher with several encodings sends, and says which is shown', async () => {
    await publishTestPicture(on.browser, on.server.urls('stage'));
    player = await watch(on.browser, on.server.urls('stage'));
    await eventually('there are sizes to choose from', async () => (await texts()).length > 2, patienceMs);
    const [auto = '', ...sizes] = await texts();
    assert.match(auto, /^Auto/);
    const lines = sizes.map(linesOf);
    assert.deepEqual(
      lines,
      lines.toSorted((a, b) => b - a),
    );
    await eventually('the one that is shown is named', async () =>
      (await texts())[0]?.startsWith(`Auto · now ${await height()}p`),
    );
  });

  test('the small size is chosen by the keyboard, and decoded soon; the picture goes on (C-40)', async () => {
    await menu().press('End');
    await eventually('the picture is small', isSmallest, patienceMs);
    await playsFor(player, 3);
    assert.match((await texts()).at(-1) ?? '', /^\d+p · now$/);
    assert.equal((await texts())[0], 'Auto');
    assert.equal(await player.locator('#layer-problem').textContent(), '');
  });

  test('a choice holds in the next session of the page', async () => {
    const { joinMs } = await shown(player);
    await on.server.end('SIGKILL');
    await on.server.start();
    await eventually(
      'it plays again',
      async () => ![undefined, joinMs].includes((await shown(player)).joinMs),
      patienceMs,
    );
    await eventually('there are larger ones', async () => (await texts()).length > 2, patienceMs);
    await eventually('the picture is small', isSmallest, patienceMs);
    assert.equal(await menu().inputValue(), 'l');
  });

  test('chosen by itself it grows again where the network is good; the picture goes on', async () => {
    await menu().press('Home');
    assert.equal(await menu().inputValue(), '');
    const smallest = await smallestLines();
    await eventually('the picture is large', async () => (await height()) > smallest, patienceMs);
    await playsFor(player, 3);
  });

  test('there is no menu where the publisher sends one encoding', async () => {
    const { publisher, player: url } = on.server.urls('one');
    const page = await visit(on.browser, publisher.replace(/#.*/, ''));
    const whip = publisher.replace(/publish#.*/, 'whip');
    assert.equal((await join(page, whip, { token: 'the-publish-token' })).state, 'connected');
    const other = await watch(on.browser, { publisher, player: url });
    await playsFor(other, 2);
    assert.equal(await other.locator('#layer').isVisible(), false);
  });
});
