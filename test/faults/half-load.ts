/** A whole server that forwards half of what it can, for as long as that takes to show whether its memory stays. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Load } from '#test/bench/forwarding-load.ts';
import { evenly } from '#test/bench/pace.ts';
import { median } from '#test/bench/quantile.ts';
import { saturate } from '#test/bench/saturation.ts';
import type { ServerQuestion } from '#test/bench/server-child.ts';
import { serverContender } from '#test/bench/server-contender.ts';
import { onStage } from '#test/bench/stage.ts';
import { unread } from '#test/bench/unread.ts';

const clients: Pick<Load, 'subscribers' | 'payloadBytes'> = { subscribers: 50, payloadBytes: 1200 };
/** From one look to the next. */
const turnSeconds = 5;
const emptyEveryMs = 2;
const settleMs = 200;
const minuteMs = 60_000;

export interface HalfLoad {
  /**
   * The median RSS from minute 5, when all is compiled and grown, to minute 10, and in the last five minutes; of what takes
   * less than a quarter of an hour, in its second and in its last quarter.
   */
  readonly firstMB: number;
  readonly lastMB: number;
  /** How RSS went: at the start, then every ten minutes, or every quarter of what takes less; the end is the last. */
  readonly course: readonly Look[];
  /** To all subscribers together. */
  readonly packetsPerSecond: number;
  /** Of what was sent, what reached the last subscriber. */
  readonly deliveredPart: number;
}

interface Look {
  readonly atMs: number;
  readonly mb: number;
}

export const halfLoad = ({ forMs }: { readonly forMs: number }, say: (text: string) => void): Promise<HalfLoad> =>
  onStage(async ({ server, stage }) => {
    const contender = await serverContender(server, stage, clients);
    const most = (await saturate(contender, turnSeconds)).packetsPerSecond;
    const perSecond = most / 2 / clients.subscribers;
    say(`it can forward ${most.toFixed(0)} packets a second: it gets half of that`);
    // What was still on its way is not of this.
    await pause(settleMs);
    const sinks = unread(contender.downSockets, clients.payloadBytes);
    sinks.take();
    let arrived = 0;
    const emptying = setInterval(() => {
      arrived += sinks.take();
    }, emptyEveryMs);
    // What is sent now is counted anew.
    contender.onDelivered(() => undefined);
    const seen: Look[] = [];
    const beganMs = performance.now();
    let sent = 0;
    while (performance.now() < beganMs + forMs) {
      await evenly(perSecond, Math.round(perSecond * turnSeconds), () => contender.publish(sent++));
      const mb = (await server.ask<number>('rss' satisfies ServerQuestion)) / 1e6;
      const atMs = performance.now() - beganMs;
      if (Math.floor(atMs / minuteMs) > Math.floor((seen.at(-1)?.atMs ?? 0) / minuteMs))
        say(`${Math.floor(atMs / minuteMs)} min: ${mb.toFixed(1)} MB`);
      seen.push({ atMs, mb });
    }
    const packetsPerSecond = (1000 * sent * clients.subscribers) / (performance.now() - beganMs);
    clearInterval(emptying);
    await contender.stop();
    return { ...growth(seen, forMs), course: course(seen, forMs), packetsPerSecond, deliveredPart: arrived / sent };
  });

function growth(seen: readonly Look[], forMs: number): Pick<HalfLoad, 'firstMB' | 'lastMB'> {
  const [from, long] = forMs < 15 * minuteMs ? [forMs / 4, forMs / 4] : [5 * minuteMs, 5 * minuteMs];
  const between = (fromMs: number, toMs: number) =>
    median(seen.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ mb }) => mb));
  return { firstMB: between(from, from + long), lastMB: between(forMs - long, Number.POSITIVE_INFINITY) };
}

/** The first look, the last, and the first after each step. */
function course(seen: readonly Look[], forMs: number): readonly Look[] {
  const stepMs = Math.min(10 * minuteMs, forMs / 4);
  const step = (look: Look | undefined) => Math.floor((look?.atMs ?? 0) / stepMs);
  return seen.filter((look, i) => i === 0 || i === seen.length - 1 || step(look) > step(seen[i - 1]));
}
