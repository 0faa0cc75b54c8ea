/** Makes events of what happens in rooms. */
import type { EventMeter } from '../meter.ts';
import type { Room } from '../room/room.ts';
import type { Clock } from '../room/rooms.ts';
import { type EventStreams, eventStreams } from './event-streams.ts';
import { viewerEvent } from './viewer-event.ts';

export interface ViewerEvents extends Pick<EventStreams, 'open' | 'find' | 'close'> {
  /** To be called when a room has changed, or is no more. */
  changed(room: string): void;
  /** Tells a viewer to make another session. */
  reconnect(session: string): void;
  /** To be called when a session has ended. `returns`: another server will take its viewer, or this one by another offer. */
  ended(session: string, returns: boolean): void;
}

export interface ViewerEventsOptions {
  readonly clock: Clock;
  readonly meter: EventMeter;
  /** Undefined for a room that is not there. */
  readonly roomOf: (room: string) => Room | undefined;
}

/** What a room's viewers were told last. */
interface Told {
  isActive: boolean;
  viewers: number;
  /** When the next count may be told. */
  nextCountMs: number;
  isCountDue: boolean;
}

/** No count of viewers: whatever it is now, it is told. */
const unknown = -1;

/** Counts come no more often than that; and where a room has many streams, so that all of them are told 500 a second. */
const countEveryMs = 1000;
const countMsPerStream = 2;

export function viewerEvents({ clock, meter, roomOf }: ViewerEventsOptions): ViewerEvents {
  const told = new Map<string, Told>();
  const event = (type: Parameters<typeof viewerEvent>[0], data = {}) => viewerEvent(type, data, clock.now());
  const streams = eventStreams({ clock, meter }, (room, stream) => {
    const now = roomOf(room);
    // Nobody is told `inactive` who has not been told of a publisher.
    if (isActive(now)) stream.tell(event('active'));
    const count = viewers(now);
    stream.tell(event('viewercount', { viewercount: count }));
    const last = told.get(room);
    // Others may know another number: then all are told the next one, whichever it is.
    if (last !== undefined && last.viewers !== count) last.viewers = streams.count(room) > 1 ? unknown : count;
  });

  const tellCount = (room: string, last: Told): void => {
    last.isCountDue = false;
    const count = viewers(roomOf(room));
    if (count === last.viewers) return;
    last.viewers = count;
    last.nextCountMs = clock.now() + Math.max(countEveryMs, streams.count(room) * countMsPerStream);
    streams.tell(room, event('viewercount', { viewercount: count }));
  };
  const { open, find, close } = streams;
  return {
    open,
    find,
    close,
    changed(room) {
      const now = roomOf(room);
      if (now === undefined) {
        told.delete(room);
        return;
      }
      const last = told.get(room) ?? { isActive: false, viewers: unknown, nextCountMs: 0, isCountDue: false };
      told.set(room, last);
      if (isActive(now) !== last.isActive) {
        last.isActive = isActive(now);
        streams.tell(room, event(last.isActive ? 'active' : 'inactive'));
      }
      if (last.isCountDue || streams.count(room) === 0) return;
      last.isCountDue = true;
      clock.after(Math.max(0, last.nextCountMs - clock.now()), () => tellCount(room, last));
    },
    reconnect: (session) => streams.tellSession(session, event('reconnect')),
    ended(session, returns) {
      if (returns) streams.tellSession(session, event('reconnect'));
      streams.sessionEnded(session);
    },
  };
}

const isActive = (room: Room | undefined): boolean => room?.publisher?.isConnected === true;

const viewers = (room: Room | undefined): number =>
  room?.subscribers
    .values()
    .filter(({ isConnected }) => isConnected)
    .reduce((count) => count + 1, 0) ?? 0;
