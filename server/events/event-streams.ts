/** The event streams of all clients of a role. Each belongs to a session, and ends with it. */
import { randomBytes } from 'node:crypto';
import { type EventStream, type EventStreamOptions, eventStream } from './event-stream.ts';
import type { EventType, SessionEvent } from './session-event.ts';

export interface EventStreams {
  /** The id of a new stream. The oldest of a session that has as many as it may have ends for it. */
  open(session: string, room: string, types: readonly EventType[]): string;
  find(session: string, id: string): EventStream | undefined;
  close(session: string, id: string): void;
  /** Tells every stream of a room what its session is to be told. */
  tell(room: string, eventFor: (session: string) => SessionEvent): void;
  /** Tells those of one session what belongs to its room. */
  tellSession(session: string, eventFor: (room: string) => SessionEvent): void;
  sessionEnded(session: string): void;
  /** How many streams a room has. */
  count(room: string): number;
}

/**
 * A page needs one; a few more are for those that were forgotten. Of a connection whose client vanished without a word it
 * takes minutes to know: whoever comes back meanwhile must find a place.
 */
const maxOfSession = 4;

interface Owner {
  readonly room: string;
  readonly streams: Map<string, EventStream>;
}

/** `greet` is called with each new stream, and tells it how things are. */
export function eventStreams(
  options: Omit<EventStreamOptions, 'types'>,
  greet: (room: string, session: string, stream: EventStream) => void,
): EventStreams {
  const owners = new Map<string, Owner>();
  const byRoom = new Map<string, Map<EventStream, string>>();

  const forget = (session: string, { room, streams }: Owner, id: string): void => {
    const stream = streams.get(id);
    if (stream === undefined) return;
    streams.delete(id);
    if (streams.size === 0) owners.delete(session);
    const others = byRoom.get(room);
    others?.delete(stream);
    if (others?.size === 0) byRoom.delete(room);
    stream.end();
  };
  return {
    open(session, room, types) {
      const owner = owners.get(session) ?? { room, streams: new Map() };
      const [oldest = ''] = owner.streams.keys();
      if (owner.streams.size >= maxOfSession) forget(session, owner, oldest);
      const id = randomBytes(9).toString('base64url');
      const stream = eventStream({ ...options, types: new Set(types) });
      owners.set(session, owner);
      owner.streams.set(id, stream);
      byRoom.set(room, (byRoom.get(room) ?? new Map()).set(stream, session));
      greet(room, session, stream);
      return id;
    },
    find: (session, id) => owners.get(session)?.streams.get(id),
    close(session, id) {
      const owner = owners.get(session);
      if (owner !== undefined) forget(session, owner, id);
    },
    tell(room, eventFor) {
      for (const [stream, session] of byRoom.get(room) ?? []) stream.tell(eventFor(session));
    },
    tellSession(session, eventFor) {
      const owner = owners.get(session);
      if (owner === undefined) return;
      const event = eventFor(owner.room);
      for (const stream of owner.streams.values()) stream.tell(event);
    },
    sessionEnded(session) {
      const owner = owners.get(session);
      for (const id of [...(owner?.streams.keys() ?? [])]) if (owner !== undefined) forget(session, owner, id);
    },
    count: (room) => byRoom.get(room)?.size ?? 0,
  };
}
