/** Why no new session of a role can be made now, whatever the room. */

import type { Refusal } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import type { ServerState } from '../state.ts';

/** Readiness comes within a second or two of the address. */
const notReadyRetryMs = 2000;
const drainingRetryMs = 1000;
/** Memory is looked at every 2 s. */
const shortRetryMs = 5000;
/** The load is that of the last 5 to 10 s. */
const busyRetryMs = 10_000;

/** What a pod has too little of for another session, as of a moment ago. */
export interface Shortage {
  /** Of its memory a twentieth is left at most. */
  readonly isShortOfMemory: boolean;
  /** The threads that forward have no time for another viewer. */
  readonly isBusy: boolean;
}

/** A publisher is taken by a pod that is busy, too: it is those whom it keeps busy who wait for it. */
export function closed(
  role: Role,
  { isDraining, settings }: Pick<ServerState, 'isDraining' | 'settings'>,
  { isShortOfMemory, isBusy }: Shortage,
): Refusal | undefined {
  if (isDraining)
    return {
      reason: 'Draining',
      detail:
        'This server takes no new sessions. Send the offer again: unless the room is suspended, another will answer.',
      retryAfterMs: drainingRetryMs,
    };
  if (settings.announced === undefined)
    return {
      reason: 'NotReady',
      detail: 'The server does not know yet where clients reach its media port. Try again in a moment.',
      retryAfterMs: notReadyRetryMs,
    };
  if (isShortOfMemory)
    return {
      reason: 'Overloaded',
      detail: 'The server has too little memory left for another session. Try again after the time in Retry-After.',
      retryAfterMs: shortRetryMs,
    };
  if (isBusy && role === 'subscriber')
    return {
      reason: 'Busy',
      detail:
        'The server has too much to do for another viewer: those who are there would suffer. Try again after the time in Retry-After.',
      retryAfterMs: busyRetryMs,
    };
  return undefined;
}
