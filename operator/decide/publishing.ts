import type { Condition } from '#crds/liveroom.ts';
import { no, unknown, type Verdict, yes } from './finding.ts';
import type { Audience } from './seen.ts';

export interface PublishingSeen {
  readonly audience: Audience;
  readonly isOriginReady: boolean;
  /** The condition as it was. */
  readonly before: Condition | undefined;
  readonly reconnectGraceMs: number;
  readonly nowMs: number;
}

/** Whether an encoder is connected and sends media. */
export function publishing({ audience, isOriginReady, before, ...rest }: PublishingSeen): Verdict<'Publishing'> {
  if (!isOriginReady) return absent(before, rest);
  // An operator that has just started says what it said before it knows better.
  if (audience === 'Unasked')
    return before === undefined ? no('NoPublisher', nobody) : (before as Verdict<'Publishing'>);
  if (audience === 'Silent') return unknown('StatsUnavailable', 'The origin pod does not answer on its internal port.');
  const publisher = audience.room?.publisher;
  if (publisher === undefined) return absent(before, rest);
  return publisher.sendsMedia
    ? yes('Publishing', `A publisher has been connected since ${publisher.since}.`)
    : no('NoMedia', 'A publisher is connected and sends nothing. Check the encoder, and that UDP gets through.');
}

const nobody = 'Nobody publishes.';

/** Nobody is there: for the grace period after somebody was, that is expected to change. */
function absent(
  before: Condition | undefined,
  { reconnectGraceMs, nowMs }: Pick<PublishingSeen, 'reconnectGraceMs' | 'nowMs'>,
): Verdict<'Publishing'> {
  const graceEndsMs = graceEnd(before, reconnectGraceMs, nowMs);
  return graceEndsMs > nowMs
    ? no('Reconnecting', `The publisher is gone; viewers are kept for ${reconnectGraceMs / 1000} s.`)
    : no('NoPublisher', nobody);
}

/** When the grace period ends, in ms; in the past if there is none. */
export function graceEnd(before: Condition | undefined, reconnectGraceMs: number, nowMs: number): number {
  if (before?.status === 'True') return nowMs + reconnectGraceMs;
  if (before?.reason === 'Reconnecting') return Date.parse(before.lastTransitionTime) + reconnectGraceMs;
  return 0;
}
