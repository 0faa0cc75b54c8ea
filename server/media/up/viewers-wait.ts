/**
 * Tells viewers how long to wait for what the publisher has to send again. They do not see that packets were lost before us,
 * only that frames come late now and then. Once a second one frame says it, in all of its packets, as receivers look at one of
 * them; it says too that there is nothing to wait for, to those who were told otherwise, by whichever publisher.
 */
import { currentWaitMs, type RepairWait } from '../estimate/repair-wait.ts';
import { waitAtLeast } from '../rtp/playout-delay.ts';

export interface WaitTold {
  nextMs: number;
  /** Of the frame that says it; -1: none does. */
  timestamp: number;
  /** Of the newest packet. */
  newestTimestamp: number;
}

export const tellEveryMs = 1000;

export const waitTold = (nowMs: number): WaitTold => ({
  nextMs: nowMs + tellEveryMs,
  timestamp: -1,
  newestTimestamp: -1,
});

/** What a packet says of it, as in playout-delay.ts; -1: nothing. `isNewest`: none before it had a higher number. */
export function delayToTell(
  told: WaitTold,
  wait: RepairWait,
  timestamp: number,
  isNewest: boolean,
  nowMs: number,
): number {
  if (isNewest) {
    const isNextFrame = timestamp !== told.newestTimestamp;
    told.newestTimestamp = timestamp;
    if (isNextFrame && nowMs >= told.nextMs) {
      told.timestamp = timestamp;
      told.nextMs = nowMs + tellEveryMs;
    }
  }
  if (timestamp !== told.timestamp) return -1;
  return waitAtLeast(currentWaitMs(wait, nowMs));
}
