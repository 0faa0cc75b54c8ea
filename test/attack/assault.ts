import { setTimeout as pause } from 'node:timers/promises';
import type { HttpAttack } from './http-attacks.ts';
import type { UdpAttack } from './udp-attacks.ts';

export interface AssaultOptions {
  readonly udp: readonly UdpAttack[];
  readonly http: readonly HttpAttack[];
  /** Datagrams of each attack by UDP. */
  readonly perSecond: number;
  /** Of each attack by HTTP; as fast as it is answered, one at a time, unless said. */
  readonly requestsPerSecond?: number;
}

/** What was done until now. */
export interface Assaulted {
  /** Datagrams that must have been dropped, by reason. */
  readonly struck: Readonly<Record<string, number>>;
  /** Requests that were answered with an error. */
  readonly refused: number;
  readonly admitted: number;
}

const everyMs = 10;

/** Begins, and goes on until it is told to end. */
export function assault({ udp, http, perSecond, requestsPerSecond = Number.POSITIVE_INFINITY }: AssaultOptions) {
  const struck: Record<string, number> = {};
  const answers = { refused: 0, admitted: 0 };
  let isOver = false;
  const startedMs = performance.now();
  let strikes = 0;
  const strike = (): void => {
    const due = (perSecond * (performance.now() - startedMs)) / 1000;
    // What a stall kept from being sent is not made up for: it would come all at once.
    const missed = due - strikes - perSecond * (everyMs / 1000) * 5;
    if (missed > 0) strikes += missed;
    for (; strikes < due; strikes++)
      for (const attack of udp) {
        if (attack.strike() && attack.reason !== undefined) struck[attack.reason] = (struck[attack.reason] ?? 0) + 1;
      }
  };
  const timer = setInterval(strike, everyMs);
  const asking = http.map(async (attack) => {
    while (!isOver) {
      const status = await attack.strike();
      answers[status < 400 ? 'admitted' : 'refused'] += 1;
      await pause(1000 / requestsPerSecond);
    }
  });
  return {
    seen: (): Assaulted => ({ struck: { ...struck }, ...answers }),
    /** Resolves when the last request is answered. */
    async end(): Promise<void> {
      clearInterval(timer);
      isOver = true;
      await Promise.all(asking);
    },
  };
}
