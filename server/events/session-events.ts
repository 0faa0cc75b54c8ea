/** The events of all sessions, each role's its own. */
import { type PublisherEvents, publisherEvents } from './publisher-events.ts';
import { type ViewerEvents, type ViewerEventsOptions, viewerEvents } from './viewer-events.ts';

export interface SessionEvents {
  readonly publisher: PublisherEvents;
  readonly subscriber: ViewerEvents;
  /** As `ViewerEvents.ended`, of whichever role. */
  ended(session: string, returns: boolean): void;
}

export function sessionEvents(options: ViewerEventsOptions): SessionEvents {
  const publisher = publisherEvents(options);
  const subscriber = viewerEvents(options);
  return {
    publisher,
    subscriber,
    ended(session, returns) {
      publisher.ended(session);
      subscriber.ended(session, returns);
    },
  };
}
