import { port } from '#crds/contract.ts';
import type { Condition } from '#crds/liveroom.ts';
import type { RoomStats } from '#crds/pod-stats.ts';
import { no, unknown, type Verdict, yes } from './finding.ts';
import type { Audience } from './seen.ts';

type Publisher = NonNullable<RoomStats['publisher']>;

export interface PublishingSeen {
  readonly audience: Audience;
  /** The publisher that a pod which is being deleted still has. */
  readonly draining: { readonly publisher: Publisher; readonly podName: string } | undefined;
  /** Whether the room is to have no pod: none follows the one that drains. */
  readonly isSuspended: boolean;
  /** Whether all such pods have been asked. */
  readonly isDrainingKnown: boolean;
  readonly isOriginReady: boolean;
  /** Of the origin. */
  readonly podName: string | undefined;
  /** The condition as it was. */
  readonly before: Condition | undefined;
  readonly reconnectGraceMs: number;
  readonly nowMs: number;
}

/** Whether an encoder is connected and sends media. */
export function publishing(seen: PublishingSeen): Verdict<'Publishing'> {
  const { audience, draining, isSuspended, isDrainingKnown, isOriginReady, podName, before } = seen;
  const atOrigin = isOriginReady && typeof audience === 'object' ? audience.room : undefined;
  if (atOrigin?.publisher !== undefined) return present(atOrigin.publisher);
  if (draining !== undefined) return present(draining.publisher, { ...draining, isSuspended });
  // An operator that has just started says what it said before it knows better.
  if (before !== undefined && (!isDrainingKnown || (isOriginReady && audience === 'Unasked')))
    return before as Verdict<'Publishing'>;
  if (isOriginReady && audience === 'Silent')
    return unknown(
      'StatsUnavailable',
      `Pod ${podName} does not answer the operator on port ${port.internal}, so it is not known whether somebody publishes. If that lasts, look for a NetworkPolicy between them.`,
    );
  return absent(before, atOrigin?.publisherEndedAt, seen);
}

/** `drains` is where the publisher is if that is not the origin. */
function present(
  { since, sendsMedia }: Publisher,
  drains?: { readonly podName: string; readonly isSuspended: boolean },
): Verdict<'Publishing'> {
  const rest = drains?.isSuspended
    ? 'it may stay as long as the pod does, and nobody else is let in while spec.suspend is true'
    : 'new viewers get nothing until it reconnects, which leads it to the new pod';
  const where = drains === undefined ? '' : ` It is on pod ${drains.podName}, which drains: ${rest}.`;
  return sendsMedia
    ? yes('Publishing', `A publisher has been connected since ${since}.${where}`)
    : no(
        'NoMedia',
        `A publisher has been connected since ${since}, and sends nothing now. If it has gone without a word, that is known within 15 s; if it stays, see whether its source gives anything, and whether UDP gets through.${where}`,
      );
}

const remedy = 'An encoder sends to status.whipURL, with the token of publishers.';

/**
 * Nobody is there: for the grace period after somebody was, that is expected to change, unless that one ended its session.
 * Of that one there is one message for both, so that nothing is written when the grace ends.
 */
function absent(
  before: Condition | undefined,
  endedAt: string | undefined,
  { reconnectGraceMs, nowMs }: Pick<PublishingSeen, 'reconnectGraceMs' | 'nowMs'>,
): Verdict<'Publishing'> {
  const grace = `${reconnectGraceMs / 1000} s`;
  if (endedAt !== undefined) {
    const waited = reconnectGraceMs > 0 ? `; viewers were to wait ${grace} for the next` : '';
    const ended = `The last publisher ended its session at ${endedAt}${waited}.`;
    return no('NoPublisher', `Nobody publishes. ${ended} ${remedy}`);
  }
  return graceEnd(before, reconnectGraceMs, nowMs) > nowMs
    ? no('Reconnecting', `The publisher is gone; viewers are kept for ${grace}.`)
    : no('NoPublisher', `Nobody publishes. ${remedy}`);
}

/** When the grace period ends, in ms; in the past if there is none. */
export function graceEnd(before: Condition | undefined, reconnectGraceMs: number, nowMs: number): number {
  if (before?.status === 'True') return nowMs + reconnectGraceMs;
  if (before?.reason === 'Reconnecting') return Date.parse(before.lastTransitionTime) + reconnectGraceMs;
  return 0;
}
