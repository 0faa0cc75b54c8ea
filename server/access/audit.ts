/**
 * Who did what in which room: lines of JSON beside those of the log, whatever the log's level. A line has a session's
 * short id and never a token, a password or a whole id, as it is made of named fields alone.
 *
 * What strangers can have written by asking is limited, by address and in all. What was left out for that is counted,
 * and the next line says how much it was.
 */
import { isoTimes, shortId } from '../log.ts';
import type { Role } from '../room/room.ts';
import type { Clock } from '../room/rooms.ts';
import { buckets } from './buckets.ts';
import { addressKey } from './client-address.ts';
import type { Denial } from './verdict.ts';

interface Who {
  readonly address: string;
  /** `namespace/name`. */
  readonly room: string;
  readonly role: Role;
}

export type AuditEvent = Who &
  (
    | {
        readonly event: 'SessionOpened';
        readonly session: string;
        /** Who it is, by a token that says so. */
        readonly subject?: string | undefined;
      }
    | { readonly event: 'SessionEnded'; readonly session: string; readonly why: string }
    /** Somebody was not let in. `forMs` with `LockedOut`, when this failure is what locked them out. */
    | { readonly event: 'Denied'; readonly why: Denial; readonly forMs?: number }
    /** Asked too often, or there was no place. */
    | { readonly event: 'TurnedAway'; readonly why: 'Address' | 'Room' | 'Pod' }
  );

export type Audit = (event: AuditEvent) => void;

export interface AuditOptions {
  readonly write: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
}

/** What one address can have written at once, and per second; and all of them. */
const perAddress = { perSecond: 0.2, burst: 10 } as const;
const inAll = { perSecond: 20, burst: 200 } as const;
const maxText = 128;

export function auditLog({ write, clock }: AuditOptions): Audit {
  const byAddress = buckets({ ...perAddress, clock });
  const all = buckets({ ...inAll, clock });
  const timeOf = isoTimes();
  let unwritten = 0;
  return (event) => {
    const isStrangers = event.event === 'Denied' || event.event === 'TurnedAway';
    if (isStrangers && (byAddress.take(addressKey(event.address)) > 0 || all.take('') > 0)) {
      unwritten += 1;
      return;
    }
    const time = timeOf(clock.now());
    const counted = unwritten > 0 ? { unwritten } : {};
    unwritten = 0;
    write(`${JSON.stringify({ time, level: 'info', message: 'audit', ...fields(event), ...counted })}\n`);
  };
}

/** Each field by its name: what else an object may have at run time stays out. */
function fields(event: AuditEvent): Readonly<Record<string, string | number | undefined>> {
  const { address, room, role } = event;
  const who = { event: event.event, address: short(address), room: short(room), role };
  switch (event.event) {
    case 'SessionOpened':
      return { ...who, session: shortId(event.session), subject: event.subject && short(event.subject) };
    case 'SessionEnded':
      return { ...who, session: shortId(event.session), why: event.why };
    case 'Denied':
      return { ...who, why: event.why, forMs: event.forMs };
    case 'TurnedAway':
      return { ...who, why: event.why };
  }
}

const short = (text: string) => text.slice(0, maxText);
