import type { Browser, Page } from 'playwright-core';
import { visit } from './browser.ts';
import { eventually } from './eventually.ts';

/** What `window.liveroom` says on both pages. */
export interface Shown {
  readonly state: string;
  readonly detail: string;
  readonly stats: { readonly frames?: number; readonly audioEnergy?: number; readonly [figure: string]: unknown };
  readonly joinMs?: number;
}

/** A room's URLs with their tokens in the fragment, as `npm start` prints them. */
export interface RoomURLs {
  readonly publisher: string;
  readonly player: string;
}

export const shown = (page: Page): Promise<Shown> =>
  page.evaluate(() => ({ ...(globalThis as unknown as { liveroom: Shown }).liveroom }));

/** Opens the publisher page and sends its test picture. Resolves when it is on the air. */
export async function publishTestPicture(browser: Browser, { publisher }: RoomURLs): Promise<Page> {
  const page = await visit(browser, `${publisher}&source=test`);
  await page.getByRole('button', { name: 'Start' }).click();
  await eventually('the publisher is on the air', async () => (await shown(page)).state === 'live');
  return page;
}

/** Ends the publisher's session, and then closes its page: one that is just closed may find no time to say so. */
export async function stops(publisher: Page): Promise<void> {
  await publisher.getByRole('button', { name: 'Stop' }).click();
  await eventually('it sends no more', async () => (await shown(publisher)).state !== 'live');
  await publisher.context().close();
}

/** Opens the player page. Resolves when it plays. */
export async function watch(browser: Browser, { player }: RoomURLs): Promise<Page> {
  const page = await visit(browser, player);
  await eventually('the player plays', () => isPlaying(page));
  return page;
}

async function isPlaying(page: Page): Promise<boolean> {
  const { state, stats } = await shown(page);
  return state === 'live' && (stats.frames ?? 0) > 0;
}

/**
 * Decoded frames and audio energy have both risen so many times, a second apart, in one session. On a busy machine an encoder
 * leaves out a second now and then, so that a rise may take longer while the page does not say that it plays no more, nor
 * counts anew. Fails with the figures otherwise.
 */
export async function playsFor(page: Page, seconds: number): Promise<void> {
  let { stats: before } = await shown(page);
  const haveRisen = ({ stats }: Shown) =>
    (stats.frames ?? 0) > (before.frames ?? 0) && (stats.audioEnergy ?? 0) > (before.audioEnergy ?? 0);
  const isOver = ({ state, stats }: Shown) => state !== 'live' || (stats.frames ?? 0) < (before.frames ?? 0);
  for (let second = 0; second < seconds; second++) {
    await page.waitForTimeout(1000);
    let now = await shown(page);
    await eventually('frames and audio energy rise', async () => {
      now = await shown(page);
      return haveRisen(now) || isOver(now);
    }).catch(() => undefined);
    if (isOver(now) || !haveRisen(now)) {
      const figures = JSON.stringify({ second, state: now.state, detail: now.detail, before, after: now.stats });
      throw new Error(`frames and audio energy did not both rise: ${figures}`);
    }
    before = now.stats;
  }
}

/** The page plays again after it did not. */
export const playsAgain = (page: Page, deadlineMs: number) =>
  eventually(
    'the player plays again',
    async () => {
      const { state, stats } = await shown(page);
      if (state !== 'live') return false;
      await page.waitForTimeout(500);
      const later = await shown(page);
      return later.state === 'live' && (later.stats.frames ?? 0) > (stats.frames ?? 0);
    },
    deadlineMs,
  );
