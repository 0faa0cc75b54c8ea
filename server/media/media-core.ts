/**
 * The media plane without its socket and its thread: datagrams and calls go in, datagrams and events come out. Whatever
 * the datagrams are, nothing here throws.
 */

import { type CoreSnapshot, snapshot } from './core-snapshot.ts';
import { type ViewersAsked, type ViewersSeen, viewersSeen } from './down/viewer-figures.ts';
import type { EgressEvents } from './egress/egress.ts';
import { noteHeardElsewhere } from './ice/presence.ts';
import { type MediaCommands, mediaCommands, remove } from './media-commands.ts';
import { type Client, type MediaState, mediaState } from './media-state.ts';
import type { CloseReason, DropReason } from './plane.ts';
import { publisherOf, receive, receiveRtp, type Verdict } from './receive.ts';
import { pace, runTimers } from './timers.ts';
import type { Endpoint } from './udp/address.ts';
import { askForKeyFrame } from './up/feedback.ts';
import type { World } from './world.ts';

export interface MediaCore extends MediaCommands {
  /** What is sent for it may be kept until `settle` or `flush`. */
  receive(datagram: Buffer, from: Endpoint): void;
  /** As `receive`, if it looks like a publisher's packet, which goes before all else; else false, and nothing has happened. */
  receiveMedia(datagram: Buffer, from: Endpoint): boolean;
  /** Sends what was kept, unless more is coming that can go with it. */
  settle(): void;
  /** To be called before the thread waits for anything. */
  flush(): void;
  /** To be called every `tickMs`. */
  tick(): void;
  /** To be called after `tick`, and every `paceMs` while it says that there is something to be sent. */
  pace(): boolean;
  countDrop(reason: DropReason): void;
  /** What is heard of egress threads. */
  readonly egressEvents: EgressEvents;
  /** What this thread knows, without what others have of its rooms. */
  snapshot(): CoreSnapshot;
  /** Those that this thread sends to. */
  viewers(asked: ViewersAsked): ViewersSeen;
}

export function mediaCore(world: World): MediaCore {
  const state = mediaState(world.now());
  let sampledMs = -1;
  const close = (client: Client, reason: CloseReason): void => {
    remove(state, client);
    world.events.onClosed(client.transport.id, reason);
  };
  const act = (verdict: Verdict): void => {
    if (verdict === undefined) return;
    if (typeof verdict === 'object') close(verdict.left, 'Bye');
    else state.dropped[verdict] += 1;
  };
  const noteReceived = (): void => {
    if (sampledMs < 0 && world.tally.isSampled()) sampledMs = world.now();
  };
  const noteSent = (): void => {
    if (sampledMs < 0) return;
    world.tally.took(world.now() - sampledMs);
    sampledMs = -1;
  };
  return {
    ...mediaCommands(state, world),
    receive(datagram, from) {
      noteReceived();
      act(receive(state, world, datagram, from));
    },
    receiveMedia(datagram, from) {
      const client = publisherOf(state, datagram, from);
      if (client === undefined) return false;
      noteReceived();
      act(receiveRtp(state, world, client, datagram, from));
      return true;
    },
    settle() {
      if (world.outbox?.settle() ?? true) noteSent();
    },
    flush() {
      world.outbox?.flush();
      noteSent();
    },
    tick() {
      for (const share of world.shares?.all ?? []) share.refresh();
      for (const { client, reason } of runTimers(state, world)) close(client, reason);
    },
    pace() {
      const isProbing = pace(state, world);
      world.outbox?.flush();
      return isProbing;
    },
    countDrop(reason) {
      state.dropped[reason] += 1;
    },
    snapshot: () => snapshot(state, world),
    viewers: (asked) => viewersSeen(state.rooms.values(), asked, world.now()),
    egressEvents: egressEvents(state, world, close),
  };
}

function egressEvents(
  { byId, rooms }: MediaState,
  world: World,
  close: (client: Client, reason: CloseReason) => void,
): EgressEvents {
  const { onMedia, onFirstFrame, onHeld } = world.events;
  return {
    onMedia,
    onFirstFrame,
    onHeld,
    onClosed(id, reason) {
      const client = byId.get(id);
      if (client !== undefined) close(client, reason);
    },
    onHeard(atMs) {
      for (const [id, ms] of Object.entries(atMs)) {
        const client = byId.get(id);
        if (client !== undefined) noteHeardElsewhere(client, ms, world);
      }
    },
    onUsed(roomId, tracks) {
      const streams = rooms.get(roomId)?.publisher?.streams;
      for (const track of tracks) {
        const stream = streams?.[track];
        if (stream !== undefined) stream.usedElsewhereMs = world.now();
      }
    },
    onKeyFrameWanted(roomId, track) {
      const publisher = rooms.get(roomId)?.publisher;
      const stream = publisher?.streams[track];
      if (publisher === undefined || stream === undefined) return;
      stream.isKeyFrameWanted = stream.track.kind === 'video';
      stream.isWantedElsewhere = stream.isKeyFrameWanted;
      askForKeyFrame(publisher, stream, world.now(), world);
    },
  };
}
