/** Makes events of what happens in rooms. */
import { publicPath } from '#crds/contract.ts';
import type { Layer } from '../media/up/told-layers.ts';
import type { EventMeter } from '../meter.ts';
import type { Room } from '../room/room.ts';
import { roomNames } from '../room/room-id.ts';
import type { Clock } from '../room/rooms.ts';
import { type EventStreams, eventStreams } from './event-streams.ts';
import { type SessionEvent, sessionEvent } from './session-event.ts';

export interface ViewerEvents extends Pick<EventStreams, 'open' | 'find' | 'close'> {
  /** To be called when a room has changed, or is no more. */
  changed(room: string): void;
  /** Tells a viewer to make another session. */
  reconnect(session: string): void;
  /** To be called when the encodings of a room's publisher have changed. */
  layers(room: string, layers: readonly Layer[]): void;
  /** To be called when a session is sent no video, as its network does not carry it, and when it is sent some again. */
  held(session: string, isHeld: boolean): void;
  /** To be called when a session has ended. `returns`: another server will take its viewer, or this one by another offer. */
  ended(session: string, returns: boolean): void;
}

export interface ViewerEventsOptions {
  readonly clock: Clock;
  readonly meter: EventMeter;
  /** Undefined for a room that is not there. */
  readonly roomOf: (room: string) => Room | undefined;
  /** Which m-section of its offer a session has video by; -1 where it has none, or has ended. */
  readonly videoAt: (session: string) => number;
}

/** What a room's viewers were told last. */
interface Told {
  publisher: string | undefined;
  layers: readonly Layer[];
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

export function viewerEvents({ clock, meter, roomOf, videoAt }: ViewerEventsOptions): ViewerEvents {
  const told = new Map<string, Told>();
  const heldSessions = new Set<string>();
  const event = (type: Parameters<typeof sessionEvent>[0], data = {}) => sessionEvent(type, data, clock.now());
  const layersFor = (layers: readonly Layer[]) => shared(videoAt, (index) => event('layers', layersOf(index, layers)));
  const streams = eventStreams({ clock, meter }, (room, session, stream) => {
    const now = roomOf(room);
    // Nobody is told `inactive` who has not been told of a publisher.
    if (isActive(now)) stream.tell(event('active'));
    const count = viewers(now);
    stream.tell(event('viewercount', { viewercount: count }));
    const last = told.get(room);
    if (last !== undefined && last.layers.length > 0) stream.tell(layersFor(last.layers)(session));
    if (heldSessions.has(session)) stream.tell(event('video', { held: true }));
    // Others may know another number: then all are told the next one, whichever it is.
    if (last !== undefined && last.viewers !== count) last.viewers = streams.count(room) > 1 ? unknown : count;
  });

  const tellAll = (room: string, one: SessionEvent): void => streams.tell(room, () => one);
  const tellLayers = (room: string, last: Told, layers: readonly Layer[]): void => {
    last.layers = layers;
    streams.tell(room, layersFor(layers));
  };
  const tellCount = (room: string, last: Told): void => {
    last.isCountDue = false;
    const count = viewers(roomOf(room));
    if (count === last.viewers) return;
    last.viewers = count;
    last.nextCountMs = clock.now() + Math.max(countEveryMs, streams.count(room) * countMsPerStream);
    tellAll(room, event('viewercount', { viewercount: count }));
  };
  const reconnect = (session: string): void =>
    streams.tellSession(session, (room) => event('reconnect', { url: whepUrl(room) }));
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
      const last = told.get(room) ?? nothingTold();
      told.set(room, last);
      if (isActive(now) !== last.isActive) {
        last.isActive = isActive(now);
        tellAll(room, event(last.isActive ? 'active' : 'inactive'));
      }
      if (now.publisher?.id !== last.publisher && last.layers.length > 0) tellLayers(room, last, []);
      last.publisher = now.publisher?.id;
      if (last.isCountDue || streams.count(room) === 0) return;
      last.isCountDue = true;
      clock.after(Math.max(0, last.nextCountMs - clock.now()), () => tellCount(room, last));
    },
    layers(room, layers) {
      const last = told.get(room);
      if (last !== undefined) tellLayers(room, last, layers);
    },
    reconnect,
    held(session, isHeld) {
      // The media thread may say so of one that has just ended, which nobody would take out again.
      if (videoAt(session) < 0) return;
      heldSessions[isHeld ? 'add' : 'delete'](session);
      streams.tellSession(session, () => event('video', { held: isHeld }));
    },
    ended(session, returns) {
      heldSessions.delete(session);
      if (returns) reconnect(session);
      streams.sessionEnded(session);
    },
  };
}

/** Where another session is asked for, as `Location` names this one: without the host, which only its client knows. */
function whepUrl(room: string): string {
  const { namespace, name } = roomNames(room);
  return publicPath.whep(namespace, name);
}

/** The same event for all who have video by the same m-section. */
function shared(videoAt: ViewerEventsOptions['videoAt'], make: (index: number) => SessionEvent) {
  const made = new Map<number, SessionEvent>();
  return (session: string): SessionEvent => {
    const index = videoAt(session);
    const found = made.get(index) ?? make(index);
    made.set(index, found);
    return found;
  };
}

const nothingTold = (): Told => ({
  publisher: undefined,
  layers: [],
  isActive: false,
  viewers: unknown,
  nextCountMs: 0,
  isCountDue: false,
});

/** By the m-section, as the draft has it; without `bitrate` an encoding does not flow. */
const layersOf = (index: number, layers: readonly Layer[]) =>
  index < 0
    ? {}
    : {
        [index]: layers.map(({ rid, width, height, bitsPerSecond }) => ({
          rid,
          ...(bitsPerSecond > 0 && { bitrate: bitsPerSecond }),
          ...(width > 0 && { width, height }),
        })),
      };

const isActive = (room: Room | undefined): boolean => room?.publisher?.isConnected === true;

const viewers = (room: Room | undefined): number =>
  room?.subscribers
    .values()
    .filter(({ isConnected }) => isConnected)
    .reduce((count) => count + 1, 0) ?? 0;
