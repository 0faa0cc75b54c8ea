/** Who may be on their way in, and what those are told who may not. */

import type { Audit } from '../access/audit.ts';
import { addressKey } from '../access/client-address.ts';
import { Refused } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import type { Capacity } from './capacity.ts';

export interface Admission {
  /** Takes a place for a session. Throws {@link Refused} when there is none. */
  enter(newcomer: {
    readonly session: string;
    readonly role: Role;
    /** `namespace/name`. */
    readonly room: string;
    readonly address: string;
  }): void;
  /** The session is in, or has ended. Harmless for one that has no place. */
  left(session: string): void;
}

export const admission = (capacity: Capacity, audit: Audit): Admission => ({
  enter: ({ address, ...newcomer }) => {
    const full = capacity.enter({ ...newcomer, addressKey: addressKey(address) });
    if (full === undefined) return;
    const { role, room } = newcomer;
    audit({ event: 'TurnedAway', why: full.of, address, room, role });
    throw new Refused({ ...refusals[full.of === 'Address' ? 'Address' : 'Other'], retryAfterMs: full.retryAfterMs });
  },
  left: capacity.left,
});

const refusals = {
  Address: {
    reason: 'TooMany',
    detail: 'Too many sessions of your address have not connected yet. Try again after the time in Retry-After.',
  },
  Other: {
    reason: 'Overloaded',
    detail: 'Too many are on their way in at the moment. Try again after the time in Retry-After.',
  },
} as const;
