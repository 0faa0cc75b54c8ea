import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { visit } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { playsAgain, playsFor, publishTestPicture, shown, watch } from '#test/harness/pages.ts';
import { type VisitedSfu, visitedSfu } from './server/pages/visited-sfu.ts';

const roomsFile = `
rooms:
  - name: stage
  - name: narrow
    publish: { codecs: [H264, Opus] }
drain:
  timeoutMs: 500
`;

/** Resolves to the page's sentence once it is in that state. */
const told = async (page: Page, state: string, deadlineMs?: number): Promise<string> => {
  const now = await eventually(
    `the page says ${state}`,
    async () => {
      const seen = await shown(page);
      return seen.state === state && seen;
    },
    deadlineMs,
  );
  return now.detail;
};

/** What stands on the tiles, one pattern each. */
const figureTexts = [
  /Bitrate[\d.]+ [Mk]bit\/s/,
  /Resolution\d+ × \d+/,
  /Frame rate\d+ fps/,
  /Packet loss[\d.]+ %/,
  /Jitter[\d.]+ ms/,
  /Round trip[\d.]+ ms/,
];

const leave = (page: Page) => page.context().close();

describe('the pages', () => {
  let on: VisitedSfu;
  let player: Page;
  let publisher: Page;

  before(async () => {
    on = await visitedSfu(roomsFile);
  });
  after(() => on?.end());
  const nobodyPublishes = async () => (await on.server.stats('stage')).publisher === undefined;

  test('a viewer who comes first is told so in words, and is shown when it goes on', async () => {
    player = await visit(on.browser, on.server.urls('stage').player);
    assert.match(await told(player, 'waiting'), /nobody is publishing/i);
    assert.match((await player.locator('#notice').textContent()) ?? '', /nobody is publishing/i);
    await eventually('the time to the next attempt is shown', async () =>
      /again in \d+ s/.test((await player.locator('#countdown').textContent()) ?? ''),
    );
  });

  test('it starts by itself: frames and audio energy rise for 10 s', async () => {
    publisher = await publishTestPicture(on.browser, on.server.urls('stage'));
    await playsAgain(player, 20_000);
    await playsFor(player, 10);
    assert.equal(await player.locator('#notice').isVisible(), false);
  });

  test('the time from the POST to the first frame is known and shown', async () => {
    await eventually(
      'it says how many watch',
      async () => (await player.locator('#viewers').textContent()) === '1 viewer',
    );
    const { joinMs } = await shown(player);
    assert.ok(joinMs !== undefined && joinMs > 0);
    assert.equal(await player.locator('#join').textContent(), `First frame after ${joinMs} ms`);
  });

  for (const [name, page] of [
    ['player', () => player],
    ['publisher', () => publisher],
  ] as const) {
    test(`the ${name}'s figures are shown with their units, and its plots say in words what they show`, async () => {
      const figures = page().locator('#figures');
      for (const figure of figureTexts) {
        await eventually(`${figure}`, async () => figure.test((await figures.textContent()) ?? ''));
      }
      const plots = figures.getByRole('img');
      assert.equal(await plots.count(), 6);
      assert.match((await plots.first().getAttribute('aria-label')) ?? '', /^Bitrate, last minute: lowest .*bit\/s/);
    });
  }

  test('what a page exposes cannot be changed', async () => {
    const state = await player.evaluate("(() => { try { liveroom.state = 'idle' } catch {} return liveroom.state })()");
    assert.equal(state, 'live');
  });

  test('another source is taken without a new session', async () => {
    const { since } = (await on.server.stats('stage')).publisher ?? {};
    assert.ok(since);
    await publisher.getByLabel('Camera').check();
    await playsFor(player, 3);
    await publisher.getByLabel('Test picture').check();
    await playsFor(player, 3);
    assert.equal((await on.server.stats('stage')).publisher?.since, since);
  });

  test('when the network comes back, both pages restart ICE and go on in the session that they have (C-22)', async () => {
    const { since } = (await on.server.stats('stage')).publisher ?? {};
    for (const page of [player, publisher]) {
      const restarted = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await page.evaluate("void dispatchEvent(new Event('online'))");
      assert.equal((await restarted).status(), 200);
      await playsAgain(player, 20_000);
    }
    assert.equal((await on.server.stats('stage')).publisher?.since, since);
    assert.equal((await on.server.stats('stage')).subscribers, 1);
  });

  test('a relay that the browser cannot use is named, and keeps nobody from watching', async () => {
    const page = await (await on.browser.newContext()).newPage();
    await page.route('**/whep', async (route) => {
      if (route.request().method() !== 'OPTIONS') return route.continue();
      const link = '<turn:relay.example:99999>; rel="ice-server"; username="me"; credential="x"';
      return route.fulfill({ status: 204, headers: { link } });
    });
    await page.goto(on.server.urls('stage').player);
    await playsAgain(page, 20_000);
    assert.match((await page.locator('#relay-problem').textContent()) ?? '', /turn:relay\.example:99999/);
    await leave(page);
  });

  test('a wrong token is asked for again, and the right one plays', async () => {
    const url = on.server.urls('stage').player;
    const visitor = await visit(on.browser, url.replace(/#.*/, '#token=wrong'));
    assert.match(await told(visitor, 'token'), /token/i);
    await visitor.getByLabel('Token').fill(new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? '');
    await visitor.getByRole('button', { name: 'Continue' }).click();
    await playsAgain(visitor, 20_000);
    await leave(visitor);
  });

  test('a second publisher is told that somebody publishes already, and takes over when that one stops', async () => {
    const second = await visit(on.browser, `${on.server.urls('stage').publisher}&source=test`);
    await second.getByRole('button', { name: 'Start' }).click();
    assert.match(await told(second, 'waiting'), /publish/i);
    await publisher.getByRole('button', { name: 'Stop' }).click();
    await told(second, 'live');
    await playsAgain(player, 20_000);
    await second.getByRole('button', { name: 'Stop' }).click();
    // Who goes without a word counts as gone after 15 s.
    await eventually('nobody publishes', nobodyPublishes, 10_000);
    await leave(second);
  });

  test('a viewer is kept while the publisher is away, and told so', async () => {
    await told(player, 'stalled');
    assert.match((await player.locator('#notice').textContent()) ?? '', /paused/i);
    await publisher.getByRole('button', { name: 'Start' }).click();
    await told(publisher, 'live');
    await playsAgain(player, 20_000);
  });

  test('a codec that the room does not have is refused in words, without trying again', async () => {
    const page = await visit(on.browser, `${on.server.urls('narrow').publisher}&source=test`);
    await page.getByLabel('Video codec').selectOption('VP8');
    await page.getByRole('button', { name: 'Start' }).click();
    assert.match(await told(page, 'refused'), /H264/);
    assert.equal(await page.locator('#countdown').textContent(), '');
    await leave(page);
  });

  test('leaving a page ends its session at once', async () => {
    const visitor = await watch(on.browser, on.server.urls('stage'));
    // A page that was closed before may not have found the time to say so, and counts for 15 s.
    const areTwo = async () => (await on.server.stats('stage')).subscribers === 2;
    await eventually('both are counted', areTwo);
    await eventually('both are told', async () => (await player.locator('#viewers').textContent()) === '2 viewers');
    await visitor.goto('about:blank');
    // Who goes without a word counts as gone after 15 s.
    await eventually('the seat is free', async () => (await on.server.stats('stage')).subscribers === 1, 10_000);
    await leave(visitor);
  });

  test('both pages carry on by themselves after the server was killed and started again', async () => {
    await on.server.end('SIGKILL');
    await told(publisher, 'reconnecting');
    await told(player, 'reconnecting');
    await on.server.start();
    await told(publisher, 'live', 30_000);
    await playsAgain(player, 30_000);
    await playsFor(player, 3);
  });

  test('both pages carry on by themselves after a server that said goodbye', async () => {
    await on.server.end('SIGTERM');
    // Who is not told finds out by itself, and says that the connection was lost.
    assert.match(await told(player, 'reconnecting'), /server/i);
    assert.match(await told(publisher, 'reconnecting'), /server/i);
    await on.server.start();
    await told(publisher, 'live', 30_000);
    await playsAgain(player, 30_000);
  });

  // The last, as nobody sends after it. Chromium gives a page that is closed half a second, and one that has no turn of the
  // CPU meanwhile can tell nobody: of three pages one has to.
  test('of three publisher pages that are closed without a Stop, at least one ends its session at once', async () => {
    const tellsWhenClosed = async (page: Page) => {
      assert.equal(await nobodyPublishes(), false);
      await page.close();
      // Who goes without a word counts as gone after 15 s.
      return eventually('nobody publishes', nobodyPublishes, 10_000).catch(() => false);
    };
    let isTold = await tellsWhenClosed(publisher);
    for (let left = 2; !isTold && left > 0; left -= 1)
      isTold = await tellsWhenClosed(await publishTestPicture(on.browser, on.server.urls('stage')));
    assert.ok(isTold, 'three publisher pages were closed, and none of them told the server');
  });
});
