/** Whom the media plane calls. */
import type { ViewerEvents } from './events/viewer-events.ts';
import type { Log } from './log.ts';
import { mediaSlower, threadRefused } from './log-lines.ts';
import type { MediaEvents } from './media/plane.ts';
import type { Sessions } from './session/sessions.ts';

export interface MediaListeners {
  readonly sessions: () => Sessions;
  readonly viewers: () => ViewerEvents;
  readonly log: Log;
  readonly onFailure: (error: Error) => void;
}

/** It must be told before there is anybody to call. It has nothing to say until then. */
export const mediaEvents = ({ sessions, viewers, log, onFailure }: MediaListeners): MediaEvents => ({
  onDtls: (id, datagram) => sessions().events.onDtls(id, datagram),
  onConnected: (id) => sessions().events.onConnected(id),
  onMedia: (id) => sessions().events.onMedia(id),
  onFirstFrame: (id) => sessions().events.onFirstFrame(id),
  onHints: (id, hints) => sessions().events.onHints(id, hints),
  onLayers: (id, layers) => {
    const room = sessions().get(id)?.room;
    if (room !== undefined) viewers().layers(room, layers);
  },
  onHeld: (id, isHeld) => viewers().held(id, isHeld),
  onClosed: (id, reason) => sessions().events.onClosed(id, reason),
  onThreadRefused: threadRefused(log),
  onSlower: mediaSlower(log),
  onFailure,
});
