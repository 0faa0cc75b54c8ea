import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '#local/chromium.ts';

/** Chromium with a fake camera, without a sandbox (root may not have one) and without talking to anybody but us. */
export const launchChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await chromiumPath(),
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
    ],
  });

/** Small, since the CPU draws it: a quarter of what a page with a playing video costs is its window of the usual size. */
const viewport = { width: 480, height: 480 };

/** Opens a page in a context of its own: another visitor, with nothing shared. */
export async function visit(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
