/** Why no new session can be made now, whatever the room. */
import type { ServerState } from '../endpoints.ts';
import type { Refusal } from '../room/refusal.ts';

/** Readiness comes within a second or two of the address. */
const notReadyRetryMs = 2000;
const drainingRetryMs = 1000;
/** Memory is looked at every 2 s. */
const shortRetryMs = 5000;

export function closed(
  { isDraining, settings }: Pick<ServerState, 'isDraining' | 'settings'>,
  isShortOfMemory: boolean,
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
  return undefined;
}
