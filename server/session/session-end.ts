import type { CloseReason } from '../media/plane.ts';
import type { HandshakeFailure } from '../room/refusal.ts';
import type { Departure } from '../room/room.ts';
import type { EndReason } from '../room/rooms.ts';
import type { DtlsEnd } from '../rtc/dtls/dtls-alert.ts';

/** What ended a session. */
export type SessionEnd = EndReason | DtlsEnd | CloseReason | HandshakeFailure | 'Deleted' | 'Shutdown' | 'Internal';

/**
 * Ends that are a goodbye: DELETE of the session (RFC 9725 section 4.2), DTLS close_notify, and RTCP BYE. A client that does
 * come back after one begins anew.
 */
const goodbyes: ReadonlySet<SessionEnd> = new Set(['Deleted', 'Closed', 'Bye']);

/** How a client has left that had such an end. */
export const departureBy = (reason: SessionEnd): Departure => (goodbyes.has(reason) ? 'Goodbye' : 'Lost');
