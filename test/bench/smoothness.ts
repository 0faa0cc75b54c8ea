import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { decodedFrames } from '#test/server/browser-client.ts';

export interface Smoothness {
  /** The longest time for which no new frame was shown. */
  readonly longestMs: number;
  /** Of the frames that the publisher sent meanwhile, those that did not get through, whole and in time to be decoded. */
  readonly missedPercent: number;
  /** And those that were not shown: of two that are due at once a page shows one. */
  readonly unseenPercent: number;
}

/** Watches for so many seconds what a page shows of what another sends; both have joined (`browser-client.ts`). */
export async function smoothness(publisher: Page, viewer: Page, seconds: number): Promise<Smoothness> {
  const before = await frames(publisher, viewer);
  await viewer.evaluate(`(${watchInPage})()`);
  await pause(seconds * 1000);
  const { shown, longestMs } = (await viewer.evaluate('seen()')) as { shown: number; longestMs: number };
  const after = await frames(publisher, viewer);
  const sent = after.sent - before.sent;
  // Those that were on their way when it began may make it one or two more than were sent.
  const lacking = (count: number): number => Math.max(0, 100 * (1 - count / sent));
  return { longestMs, missedPercent: lacking(after.decoded - before.decoded), unseenPercent: lacking(shown) };
}

const frames = async (publisher: Page, viewer: Page) => ({
  sent: await sentFrames(publisher),
  decoded: await decodedFrames(viewer),
});

/** The page keeps `seen`. Frames that came together are told of once, with how many there have been. */
const watchInPage = `() => {
  const video = document.querySelector('video');
  let [first, shown, longestMs, lastMs] = [undefined, 0, 0, performance.now()];
  const note = (nowMs, { presentedFrames }) => {
    first ??= presentedFrames;
    shown = presentedFrames - first;
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  globalThis.seen = () => ({ shown, longestMs: Math.max(longestMs, performance.now() - lastMs) });
}`;

const sentFrames = (page: Page): Promise<number> =>
  page.evaluate(
    `connection.getStats().then((stats) =>
      [...stats.values()].find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video')?.framesSent ?? 0)`,
  );
