import { setTimeout as sleep } from 'node:timers/promises';
import { type Turn, turns } from './whose-turn.ts';

export interface PollingOptions<T> {
  /** All that are to be asked, as they are now. */
  readonly look: () => readonly Turn<T>[];
  /** Never rejects. */
  readonly ask: (one: T) => Promise<void>;
  /** How often each is asked, as far as `perSecond` allows. */
  readonly everyMs: number;
  /** Questions to all together. */
  readonly perSecond: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Asked at the same time: those that do not answer make the others wait, and take no more memory. */
const inParallel = 64;
/** How often to look whose turn it is, and who there is. */
const tickMs = 50;
const lookMs = 1_000;

/** Asks all of many, each in its turn, and no more of them in a second than may be. */
export function polling<T>({ look, ask, everyMs, perSecond, signal }: PollingOptions<T>) {
  const order = turns<T>(everyMs);
  const questions = allowance(perSecond);
  const asking = new Set<Promise<void>>();
  const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});

  function askNext(): void {
    while (asking.size < inParallel && questions.has(performance.now())) {
      const one = order.next(performance.now());
      if (one === undefined) return;
      questions.spend();
      const asked = ask(one).finally(() => asking.delete(asked));
      asking.add(asked);
    }
  }

  async function run(): Promise<void> {
    let lookAtMs = 0;
    while (!signal.aborted) {
      if (performance.now() >= lookAtMs) {
        order.replace(look());
        lookAtMs = performance.now() + Math.min(lookMs, everyMs);
      }
      askNext();
      await rest(Math.min(tickMs, everyMs));
    }
    await Promise.all(asking);
  }

  return {
    // Not at once: who makes this may not yet have all that `look` looks at.
    finished: Promise.resolve().then(run),
    /** Asks one out of turn, as soon as one more question may be asked. */
    async askNow(one: T): Promise<void> {
      while (!questions.has(performance.now()) && !signal.aborted) await rest(1000 / perSecond);
      questions.spend();
      await ask(one);
    },
  };
}

/**
 * Few at once, and in no second more than so many, those at once included. A twentieth is left for the way: what is late
 * comes to its pods in a second with what follows.
 */
function allowance(perSecond: number) {
  const most = Math.max(1, perSecond / 20);
  const refilledPerSecond = Math.max(perSecond / 2, 0.95 * perSecond - most);
  let left = most;
  let filledMs = 0;
  return {
    has(nowMs: number): boolean {
      left = Math.min(most, left + ((nowMs - filledMs) * refilledPerSecond) / 1000);
      filledMs = nowMs;
      return left >= 1;
    },
    spend(): void {
      left--;
    },
  };
}
