/**
 * What forwarding costs when there is always more to forward, and how much of it can be done: the publisher has so many
 * packets on their way that the next one is always there, and never so many that a buffer overflows.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from './forwarding-load.ts';
import { unread } from './unread.ts';

/** Some 15 ms of work. */
const onTheWay = 64;
/** What has not come after so long was lost: others go in its place. */
const lostAfterMs = 200;
const warmUpMs = 500;

export interface Saturated {
  /** Of CPU. */
  readonly microsecondsPerPacket: number;
  /** To all subscribers together, as many as reached the last of them. */
  readonly packetsPerSecond: number;
}

/** Takes the contender's sockets over for good: nothing is looked at that arrives. */
export async function saturate(contender: Contender, seconds: number): Promise<Saturated> {
  const sinks = unread(contender.downSockets);
  let sent = 0;
  // At the last subscriber, and what was given up.
  let arrived = 0;
  const keepBusy = async (ms: number): Promise<void> => {
    const endsMs = performance.now() + ms;
    let heardMs = performance.now();
    while (performance.now() < endsMs) {
      const fresh = sinks.take();
      arrived += fresh;
      if (fresh > 0) heardMs = performance.now();
      else if (performance.now() > heardMs + lostAfterMs) arrived = sent;
      for (; sent < arrived + onTheWay; sent++) contender.publish(sent);
      await pause(1);
    }
  };
  await keepBusy(warmUpMs);
  const before = await contender.usage();
  const [came, beganMs] = [arrived, performance.now()];
  await keepBusy(seconds * 1000);
  const perSecond = (1000 * (arrived - came)) / (performance.now() - beganMs);
  const after = await contender.usage();
  return {
    microsecondsPerPacket: (after.cpuMicroseconds - before.cpuMicroseconds) / (after.forwarded - before.forwarded),
    packetsPerSecond: perSecond * contender.downSockets.length,
  };
}
