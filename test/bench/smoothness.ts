import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';

export interface Smoothness {
  /** The longest time for which no new frame was shown. */
  readonly longestMs: number;
  /** Of the frames that the publisher sent meanwhile, those that were not shown. */
  readonly missedPercent: number;
}

/** Watches for so many seconds what a page shows of what another sends; both have joined (`browser-client.ts`). */
export async function smoothness(publisher: Page, viewer: Page, seconds: number): Promise<Smoothness> {
  const sentBefore = await sentFrames(publisher);
  await viewer.evaluate(`(${watchInPage})()`);
  await pause(seconds * 1000);
  const { shown, longestMs } = (await viewer.evaluate('seen()')) as { shown: number; longestMs: number };
  const sent = (await sentFrames(publisher)) - sentBefore;
  // Those that were on their way when it began may make it one or two more than were sent.
  return { longestMs, missedPercent: Math.max(0, 100 * (1 - shown / sent)) };
}

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
