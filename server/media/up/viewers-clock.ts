/**
 * The clock by which a room's viewers are told what timestamps mean. They take all that has one name (CNAME) to be timed by one
 * (RFC 3550 sections 6.4.1 and 6.5.1). Publishers have one each, so that of the first goes on when others follow:
 *
 *   A says            10:00:01  10:00:02 ┐
 *   B says                               └ 03:17:40  03:17:41    what is added to B's is found at its first report,
 *   viewers are told  10:00:01  10:00:02   10:00:03  10:00:04    and is the same for all its tracks
 */

import type { Room } from '../room.ts';
import { type NtpTime, ntpMs } from '../rtp/rtcp.ts';
import type { Source } from './source.ts';
import type { Publisher } from './up-stream.ts';

/** What the viewers' clock showed, in milliseconds since 1900, and when that was by our own. */
export interface ClockReading {
  readonly shownMs: number;
  readonly atMs: number;
}

/** A sender report: which time a timestamp was, and when we heard of it. */
export interface TimeReport extends ClockReading {
  /** By the publisher's clock, as our answers to it have it. */
  readonly ntp: NtpTime;
  readonly timestamp: number;
}

/** Takes in what a publisher says of one of its sources. */
export function hearTime(
  to: Pick<Room, 'publisher' | 'clock'>,
  from: Pick<Publisher, 'clockShiftMs'>,
  source: Pick<Source, 'report' | 'clockRate'>,
  { ntp, timestamp }: Pick<TimeReport, 'ntp' | 'timestamp'>,
  atMs: number,
): void {
  const saidMs = ntpMs(ntp);
  from.clockShiftMs ??= to.clock === undefined ? 0 : to.clock.shownMs + atMs - to.clock.atMs - saidMs;
  from.clockShiftMs -= stepMs(source, saidMs + from.clockShiftMs, timestamp, atMs);
  const shownMs = saidMs + from.clockShiftMs;
  source.report = { ntp, timestamp, shownMs, atMs };
  // One that was replaced may go on speaking.
  if (to.publisher === from) to.clock = source.report;
}

/** Some time servers' clients set a clock at once from 128 ms on (RFC 5905, STEPT), and let it run faster or slower below. */
const leastStepMs = 100;

/**
 * By how much a publisher's clock was set since its report before; 0: by nothing that matters. It was where its timestamps, that
 * nobody sets, have gone on with our clock and it has not; a report that took long departs from our clock in both. Of who has no
 * clock, and says 0 each time (RFC 3550 section 6.4.1), the timestamps alone count in this way.
 */
function stepMs(
  { report: last, clockRate }: Pick<Source, 'report' | 'clockRate'>,
  shownMs: number,
  timestamp: number,
  atMs: number,
): number {
  if (last === undefined) return 0;
  const elapsedMs = atMs - last.atMs;
  const byClockMs = shownMs - last.shownMs;
  const byMediaMs = (((timestamp - last.timestamp) | 0) * 1000) / clockRate;
  const isOfClock = Math.abs(byMediaMs - elapsedMs) < Math.abs(byClockMs - elapsedMs);
  return isOfClock && Math.abs(byClockMs - byMediaMs) >= leastStepMs ? byClockMs - byMediaMs : 0;
}
