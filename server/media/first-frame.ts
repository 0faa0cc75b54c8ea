/**
 * Tells once of each client that its picture has begun; where no video is to be had, that its sound has. Of a subscriber
 * before that, that anything has.
 */
import { type DownStream, hasCodec } from './down/down-stream.ts';
import type { Room } from './room.ts';
import type { Transport } from './transport.ts';
import type { Publisher, UpStream } from './up/up-stream.ts';
import type { World } from './world.ts';

/** For a packet that a decoder can start with, while the publisher has no first frame. */
export function noteReceived({ transport, streams }: Publisher, { track }: UpStream, { events }: World): void {
  if (track.kind === 'video' || !streams.some((other) => other.track.kind === 'video')) tell(transport, events);
}

/** For the first packet of a track that a subscriber is sent. */
export function noteSent({ publisher }: Room, down: DownStream, { events }: World): void {
  const { transport, track } = down;
  if (!transport.hasMedia) events.onMedia(transport.id);
  transport.hasMedia = true;
  const isVideoToCome = publisher?.streams.some(
    (up) => up.track.kind === 'video' && up.sinks.some((sink) => sink.transport === transport && hasCodec(sink)),
  );
  if (track.kind === 'video' || !isVideoToCome) tell(transport, events);
}

function tell(transport: Transport, events: World['events']): void {
  if (transport.hasFirstFrame) return;
  transport.hasFirstFrame = true;
  events.onFirstFrame(transport.id);
}
