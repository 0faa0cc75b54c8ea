/**
 * How many clients may be on their way in. Until its handshake is done a session costs memory and time for somebody who
 * may never come, so there are places for so many and no more: in the pod, for each room and for each address. Who
 * finds none is told when to try again.
 *
 *   offer ─► enter: a place ─► handshake ─► left: connected, or ended
 */
import type { Role } from '../room/room.ts';

export interface Newcomer {
  /** The session's id. */
  readonly session: string;
  readonly role: Role;
  /** `namespace/name`. */
  readonly room: string;
  /** What counts as one client, as `addressKey` names it. */
  readonly addressKey: string;
}

/**
 * What is full, and when trying again may help. An address that is full is answered 429 (RFC 6585 section 4), all else
 * 503.
 */
export interface Full {
  readonly of: 'Pod' | 'Room' | 'Address';
  readonly retryAfterMs: number;
}

export interface Capacity {
  /** Takes a place; or tells what is full, and takes none. */
  enter(newcomer: Newcomer): Full | undefined;
  /** Gives the place back. Harmless for a session that has none. */
  left(session: string): void;
  pending(): number;
}

export interface CapacityLimits {
  readonly pod: number;
  readonly room: number;
  readonly address: number;
  /** Places of the pod's that subscribers leave to publishers: no crowd keeps the one away whom it wants to see. */
  readonly forPublishers: number;
}

/**
 * A handshake takes a second or two over a bad network, and a core does some hundred in a second: 500 at once are a
 * crowd that is served as fast as it can be. Memory is bounded by them, too.
 */
export const capacityLimits: CapacityLimits = { pod: 500, room: 400, address: 200, forPublishers: 20 };

/** Between 1 and 4 s, in turn: a crowd that is sent away must not come back in one second. */
const retriesMs = [1000, 2000, 3000, 4000] as const;

export function capacity(limits: CapacityLimits = capacityLimits): Capacity {
  const places = new Map<string, Newcomer>();
  /** Subscribers, by room; of publishers a room has one, and sees to that itself. */
  const crowds = counts();
  const addresses = counts();
  let subscribers = 0;
  let sentAway = 0;

  const full = ({ role, room, addressKey }: Newcomer): Full['of'] | undefined => {
    if (addresses.of(addressKey) >= limits.address) return 'Address';
    if (places.size >= limits.pod) return 'Pod';
    if (role === 'publisher') return undefined;
    if (subscribers >= limits.pod - limits.forPublishers) return 'Pod';
    return crowds.of(room) >= limits.room ? 'Room' : undefined;
  };
  const count = ({ role, room, addressKey }: Newcomer, by: 1 | -1) => {
    addresses.add(addressKey, by);
    if (role === 'publisher') return;
    subscribers += by;
    crowds.add(room, by);
  };
  return {
    enter: (newcomer) => {
      const of = full(newcomer);
      if (of !== undefined) return { of, retryAfterMs: retriesMs[sentAway++ % retriesMs.length] ?? retriesMs[0] };
      places.set(newcomer.session, newcomer);
      count(newcomer, 1);
      return undefined;
    },
    left: (session) => {
      const place = places.get(session);
      if (place === undefined) return;
      places.delete(session);
      count(place, -1);
    },
    pending: () => places.size,
  };
}

/** Counts by key; what is at zero is not kept, so there are never more keys than places. */
function counts() {
  const all = new Map<string, number>();
  return {
    of: (key: string) => all.get(key) ?? 0,
    add: (key: string, by: number) => {
      const count = (all.get(key) ?? 0) + by;
      if (count > 0) all.set(key, count);
      else all.delete(key);
    },
  };
}
