import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { shown } from '#test/harness/pages.ts';

/** What a page that plays showed, second by second. */
export interface Seconds {
  readonly count: number;
  /** Those in which no frame was decoded, or no sound was heard, with the page's figures. */
  readonly empty: readonly string[];
  /** Video packets that never came, by the browser's own count. */
  readonly lost: number;
}

/** Looks at a page every second until it is ended. */
export function everySecond(page: Page): { end(): Promise<Seconds> } {
  const ending = new AbortController();
  const look = async (): Promise<Seconds> => {
    const first = await shown(page);
    const empty: string[] = [];
    let count = 0;
    for (let before = first; ; count++) {
      await sleep(1000, undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return { count, empty, lost: number(before, 'lost') - number(first, 'lost') };
      const now = await shown(page);
      const hasRisen = (figure: string) => number(now, figure) > number(before, figure);
      if (!hasRisen('frames') || !hasRisen('audioEnergy')) empty.push(`second ${count + 1}: ${JSON.stringify(now)}`);
      before = now;
    }
  };
  const looking = look();
  // Told to whoever ends it.
  looking.catch(() => undefined);
  return {
    async end() {
      ending.abort();
      return await looking;
    },
  };
}

const number = ({ stats }: Awaited<ReturnType<typeof shown>>, figure: string): number => Number(stats[figure] ?? 0);
