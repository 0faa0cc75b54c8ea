import type { RoomSettings } from '#crds/rooms-file.ts';
import { type Refusal, Refused } from './refusal.ts';
import {
  admitPublisher,
  admitSubscriber,
  type Departure,
  emptyRoom,
  graceEndsAtMs,
  type OwnRoom,
  type Room,
  withConnected,
  without,
  withPublisher,
  withSubscriber,
} from './room.ts';
import { roomId } from './room-id.ts';

/** Why a room ends a session by itself. */
export type EndReason = 'Replaced' | 'PublisherGone' | 'RoomRemoved';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after that time, unless the returned function is called before. */
  after(ms: number, call: () => void): () => void;
}

/** A room as others see it. `id` is `namespace/name`. */
export interface RoomView {
  readonly id: string;
  readonly settings: RoomSettings;
  readonly room: Room;
}

/** All rooms of this pod. Methods that name a room throw {@link Refused} with `UnknownRoom` when it is not one of them. */
export interface Rooms {
  /** New settings. Nobody is cut, but in rooms that are no longer among them. */
  configure(settings: readonly RoomSettings[]): void;
  get(id: string): RoomView;
  has(id: string): boolean;
  list(): readonly RoomView[];
  /** Lets a publisher in, after ending the one it replaces. Throws {@link Refused}. */
  publish(id: string, session: string, silentForMs: number | undefined): void;
  /** Lets a subscriber in. Throws {@link Refused}. */
  subscribe(id: string, session: string): void;
  connected(id: string, session: string): void;
  /** Harmless for a session that has left already. */
  leave(id: string, session: string, departure: Departure): void;
  /**
   * From now on nobody is kept for a publisher that is away: none can come back to a pod that takes no new sessions,
   * and players that are told find the pod to which it goes.
   */
  drain(): void;
}

/**
 * `end` is called for each session that a room ends; the room has forgotten it by then. `changed` is called with each
 * room in which something has changed, or that is no more.
 */
export function rooms(
  clock: Clock,
  end: (session: string, reason: EndReason) => void,
  changed: (id: string) => void = nothing,
): Rooms {
  const entries = new Map<string, Entry>();
  let isDraining = false;

  const entry = (id: string): Entry => {
    const found = entries.get(id);
    if (found === undefined) throw new Refused(unknownRoom(id));
    return found;
  };
  const change = (id: string, next: (room: OwnRoom) => OwnRoom) => {
    const at = entries.get(id);
    if (at === undefined) return;
    at.room = next(at.room);
    at.cancelGrace();
    const endsAtMs = graceEndsAtMs(at.room, isDraining ? noGrace : at.settings.publish);
    at.cancelGrace =
      endsAtMs === undefined ? nothing : clock.after(Math.max(0, endsAtMs - clock.now()), () => graceOver(id));
    changed(id);
  };
  const dismiss = (id: string, session: string, reason: EndReason) => {
    change(id, (room) => without(room, session, clock.now(), 'Lost'));
    end(session, reason);
  };
  const graceOver = (id: string) => {
    const subscribers = entries.get(id)?.room.subscribers.keys() ?? [];
    for (const session of [...subscribers]) dismiss(id, session, 'PublisherGone');
  };

  return {
    configure: (settings) => {
      const wanted = new Map(settings.map((room) => [roomId(room), room]));
      for (const [id, { room, cancelGrace }] of [...entries].filter(([known]) => !wanted.has(known))) {
        entries.delete(id);
        cancelGrace();
        for (const session of sessionsOf(room)) end(session, 'RoomRemoved');
        changed(id);
      }
      for (const [id, room] of wanted) {
        entries.set(id, { ...(entries.get(id) ?? { room: emptyRoom(), cancelGrace: nothing }), settings: room });
        change(id, (same) => same);
      }
    },
    get: (id) => ({ id, ...entry(id) }),
    has: (id) => entries.has(id),
    list: () => [...entries].map(([id, { settings, room }]) => ({ id, settings, room })),
    publish: (id, session, silentForMs) => {
      const { room, settings } = entry(id);
      const admission = admitPublisher(room, settings.publish, { nowMs: clock.now(), silentForMs });
      if ('refusal' in admission) throw new Refused(admission.refusal);
      if (admission.replaces !== undefined) dismiss(id, admission.replaces, 'Replaced');
      change(id, (now) => withPublisher(now, session, clock.now()));
    },
    subscribe: (id, session) => {
      const { room, settings } = entry(id);
      const refusal = admitSubscriber(room, settings.play);
      if (refusal) throw new Refused(refusal);
      change(id, (now) => withSubscriber(now, session, clock.now()));
    },
    connected: (id, session) => change(id, (room) => withConnected(room, session)),
    leave: (id, session, departure) => change(id, (room) => without(room, session, clock.now(), departure)),
    drain: () => {
      isDraining = true;
      for (const id of entries.keys()) change(id, (same) => same);
    },
  };
}

interface Entry {
  room: OwnRoom;
  settings: RoomSettings;
  cancelGrace: () => void;
}

const nothing = () => {};
const noGrace = { reconnectGraceMs: 0 };

const sessionsOf = ({ publisher, subscribers }: Room) => [...(publisher ? [publisher.id] : []), ...subscribers.keys()];

const unknownRoom = (id: string): Refusal => ({
  reason: 'UnknownRoom',
  detail: `There is no room ${id} here. Check the path: /{namespace}/{room}/whip or /whep.`,
});
