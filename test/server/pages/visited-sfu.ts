import type { Browser } from 'playwright-core';
import { launchChromium } from '#test/harness/browser.ts';
import { type Sfu, sfu } from './sfu.ts';

/** A media server whose pages are visited in Chromium. */
export interface VisitedSfu {
  readonly server: Sfu;
  readonly browser: Browser;
  end(): Promise<void>;
}

/** Starts both, with the rooms of a rooms file. What does not start leaves nothing. */
export async function visitedSfu(roomsFile: string): Promise<VisitedSfu> {
  await using starting = new AsyncDisposableStack();
  const server = await sfu(roomsFile);
  starting.defer(() => server.remove());
  await server.start();
  const browser = await launchChromium();
  starting.defer(() => browser.close());
  const started = starting.move();
  return { server, browser, end: () => started.disposeAsync() };
}
