import { setTimeout as pause } from 'node:timers/promises';
import { evenly } from '#test/bench/pace.ts';
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

/** Asked for a slice at a time, so that it ends soon after it is told to. */
const sliceMs = 50;

/** Begins, and goes on until it is told to end. Datagrams go out one by one: a burst would be another kind of load. */
export function assault({ udp, http, perSecond, requestsPerSecond = Number.POSITIVE_INFINITY }: AssaultOptions) {
  const struck: Record<string, number> = {};
  const answers = { refused: 0, admitted: 0 };
  let isOver = false;
  let turn = 0;
  const strike = (): void => {
    const attack = udp[turn++ % udp.length];
    if (attack?.strike() && attack.reason !== undefined) struck[attack.reason] = (struck[attack.reason] ?? 0) + 1;
  };
  const striking = async (): Promise<void> => {
    const allPerSecond = perSecond * udp.length;
    while (!isOver) await evenly(allPerSecond, Math.ceil((allPerSecond * sliceMs) / 1000), strike);
  };
  const asking = async (attack: HttpAttack): Promise<void> => {
    while (!isOver) {
      const status = await attack.strike();
      answers[status < 400 ? 'admitted' : 'refused'] += 1;
      await pause(1000 / requestsPerSecond);
    }
  };
  const all = Promise.all([striking(), ...http.map(asking)]);
  return {
    seen: (): Assaulted => ({ struck: { ...struck }, ...answers }),
    /** Resolves when the last request is answered. */
    async end(): Promise<void> {
      isOver = true;
      await all;
    },
  };
}
