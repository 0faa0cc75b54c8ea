/**
 * One room: who publishes, who listens, and who may join. Time comes in. A change takes over the room that it is given,
 * which is not to be used again: nobody copies a thousand subscribers for each one more.
 *
 *   nobody ──publish──► published ──leave──► waiting (subscribers are kept) ──grace over──► subscribers are ended
 *                           ▲                    │
 *                           └──────publish───────┘
 */
import type { RoomSettings } from '#crds/rooms-file.ts';
import type { Refusal } from './refusal.ts';

/** What a session is in its room. */
export type Role = 'publisher' | 'subscriber';

export interface Member {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Whether media can flow; before, the client's handshake is under way. */
  readonly isConnected: boolean;
}

export interface Room {
  readonly publisher?: Member;
  readonly subscribers: ReadonlyMap<string, Member>;
  /** When the last publisher left, if that was later than the last one came. */
  readonly publisherLeftAtMs?: number;
  /** See `RoomStats` in crds/pod-stats.ts. */
  readonly publisherEndedAtMs?: number;
}

/** How somebody leaves: by saying so, or not. */
export type Departure = 'Goodbye' | 'Lost';

/** A room in the hands of who may change it. */
export interface OwnRoom extends Room {
  readonly subscribers: Map<string, Member>;
}

export const emptyRoom = (): OwnRoom => ({ subscribers: new Map() });

/** A publisher that has sent nothing for this long is taken for gone, whatever the room's `onConflict`. */
export const silenceMs = 2000;

/** Players that come too early try again after this. */
const noPublisherRetryMs = 2000;

/** Yes, with the publisher that must go first where there is one; or no. */
export type Admission = { readonly replaces?: string } | { readonly refusal: Refusal };

/**
 * Whether a new publisher may come in. `silentForMs` is the time since the present one's last packet; before its first
 * packet it counts as silent since it came.
 */
export function admitPublisher(
  room: Room,
  rules: RoomSettings['publish'],
  { nowMs, silentForMs }: { readonly nowMs: number; readonly silentForMs: number | undefined },
): Admission {
  const present = room.publisher;
  if (present === undefined) return {};
  const silent = silentForMs ?? nowMs - present.sinceMs;
  if (rules.onConflict === 'TakeOver' || silent >= silenceMs) return { replaces: present.id };
  return {
    refusal: {
      reason: 'PublisherExists',
      detail:
        'Somebody is publishing in this room already. Try again when they have left; ' +
        'a room with spec.publish.onConflict: TakeOver would have let you replace them.',
      retryAfterMs: silenceMs,
    },
  };
}

/** Whether a new subscriber may come in. Those whose handshake is under way hold a place too. */
export function admitSubscriber(room: Room, rules: RoomSettings['play']): Refusal | undefined {
  if (room.publisher === undefined)
    return {
      reason: 'NoPublisher',
      detail: 'Nobody is publishing in this room yet. Try again in a moment.',
      retryAfterMs: noPublisherRetryMs,
    };
  if (rules.maxSubscribers > 0 && room.subscribers.size >= rules.maxSubscribers)
    return {
      reason: 'RoomFull',
      detail:
        `This room is full: it has places for ${rules.maxSubscribers} (spec.play.maxSubscribers). ` +
        'Try again later: there is a place when somebody has left, or when the number is raised.',
    };
  return undefined;
}

/** The former publisher must have left. */
export const withPublisher = ({ publisherLeftAtMs: _, ...room }: OwnRoom, id: string, sinceMs: number): OwnRoom => ({
  ...room,
  publisher: { id, sinceMs, isConnected: false },
});

export function withSubscriber(room: OwnRoom, id: string, sinceMs: number): OwnRoom {
  room.subscribers.set(id, { id, sinceMs, isConnected: false });
  return room;
}

/** Media can flow to or from that member from now on. */
export function withConnected(room: OwnRoom, id: string): OwnRoom {
  if (room.publisher?.id === id) {
    const { publisherEndedAtMs: _, ...rest } = room;
    return { ...rest, publisher: { ...room.publisher, isConnected: true } };
  }
  const subscriber = room.subscribers.get(id);
  if (subscriber !== undefined) room.subscribers.set(id, { ...subscriber, isConnected: true });
  return room;
}

export function without(room: OwnRoom, id: string, nowMs: number, departure: Departure): OwnRoom {
  const { publisher, ...rest } = room;
  if (publisher?.id === id) {
    const ended = publisher.isConnected && departure === 'Goodbye' && { publisherEndedAtMs: nowMs };
    return { ...rest, publisherLeftAtMs: nowMs, ...ended };
  }
  room.subscribers.delete(id);
  return room;
}

/** When the kept subscribers are to be ended; undefined while that is not in sight. */
export function graceEndsAtMs(
  room: Room,
  rules: Pick<RoomSettings['publish'], 'reconnectGraceMs'>,
): number | undefined {
  if (room.publisher !== undefined || room.publisherLeftAtMs === undefined || room.subscribers.size === 0)
    return undefined;
  return room.publisherLeftAtMs + rules.reconnectGraceMs;
}
