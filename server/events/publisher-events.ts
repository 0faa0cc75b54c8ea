/** Tells publishers what is bad for their viewers, as long as it is. */
import type { HintReason } from '../media/up/ingest-hints.ts';
import type { EventMeter } from '../meter.ts';
import type { Clock } from '../room/rooms.ts';
import { type EventStreams, eventStreams } from './event-streams.ts';
import { sessionEvent } from './session-event.ts';

/** What a publisher should change, as a reason that stays the same and a sentence or two for people. */
export interface PublisherHint {
  readonly reason: HintReason | 'NoMedia';
  readonly message: string;
}

export interface PublisherEvents extends Pick<EventStreams, 'open' | 'find' | 'close'> {
  /** What holds now of what a session sends, all of it. */
  hints(session: string, hints: readonly PublisherHint[]): void;
  /** To be called when a session has ended. */
  ended(session: string): void;
}

export interface PublisherEventsOptions {
  readonly clock: Clock;
  readonly meter: EventMeter;
}

export function publisherEvents({ clock, meter }: PublisherEventsOptions): PublisherEvents {
  /** Of sessions of which anything is to be said. */
  const hinted = new Map<string, readonly PublisherHint[]>();
  const event = (hints: readonly PublisherHint[]) => sessionEvent('hints', { hints }, clock.now());
  const streams = eventStreams({ clock, meter }, (_room, session, stream) =>
    stream.tell(event(hinted.get(session) ?? [])),
  );
  const { open, find, close } = streams;
  return {
    open,
    find,
    close,
    hints(session, hints) {
      if (hints.length === 0 && !hinted.has(session)) return;
      if (hints.length > 0) hinted.set(session, hints);
      else hinted.delete(session);
      streams.tellSession(session, () => event(hints));
    },
    ended(session) {
      hinted.delete(session);
      streams.sessionEnded(session);
    },
  };
}
