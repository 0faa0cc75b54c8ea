/**
 * The media plane without its socket and its thread: datagrams and calls go in, datagrams and events come out. Whatever
 * the datagrams are, nothing here throws.
 */
import type { Endpoint } from './address.ts';
import { copyOf } from './counts.ts';
import { type Client, forget, type MediaState, mediaState } from './media-state.ts';
import type { ThreadSnapshot } from './messages.ts';
import type { CloseReason, DropReason, MediaPlane } from './plane.ts';
import { receive, wantKeyFrames } from './receive.ts';
import { addSubscriber, type Room, removeSubscriber, room, setPublisher, subscriber, tracks } from './room.ts';
import { srtpSession } from './srtp.ts';
import { runTimers } from './timers.ts';
import { transport } from './transport.ts';
import { intake, publisher } from './up-stream.ts';
import type { World } from './world.ts';

/** The calls of `MediaPlane` that are fire and forget. One for an unknown transport does nothing: it may just have ended. */
export type MediaCommands = Pick<
  MediaPlane,
  'addTransport' | 'sendDtls' | 'setKeys' | 'publish' | 'subscribe' | 'removeTransport' | 'removeRoom'
>;

export interface MediaCore extends MediaCommands {
  receive(datagram: Buffer, from: Endpoint): void;
  /** To be called every `tickMs`. */
  tick(): void;
  countDrop(reason: DropReason): void;
  /** All but what only the thread itself can tell. */
  snapshot(): Omit<ThreadSnapshot, 'load'>;
}

export function mediaCore(world: World): MediaCore {
  const state = mediaState(world.now());
  const close = (client: Client, reason: CloseReason): void => {
    remove(state, client);
    world.events.onClosed(client.transport.id, reason);
  };
  return {
    ...commands(state, world),
    receive(datagram, from) {
      const startedMs = world.tally.isSampled() ? world.now() : -1;
      const verdict = receive(state, world, datagram, from);
      world.outbox?.flush();
      if (startedMs >= 0) world.tally.took(world.now() - startedMs);
      if (verdict === undefined) return;
      if (typeof verdict === 'object') close(verdict.left, 'Bye');
      else state.dropped[verdict] += 1;
    },
    tick() {
      for (const client of runTimers(state, world)) close(client, 'Silent');
    },
    countDrop(reason) {
      state.dropped[reason] += 1;
    },
    snapshot: () => snapshot(state, world),
  };
}

function commands(state: MediaState, world: World): MediaCommands {
  const { byId, byUfrag, rooms } = state;
  return {
    addTransport(spec) {
      const client: Client = {
        transport: transport(spec, Math.floor(world.random() * 0x1_0000_0000), world.now()),
        room: undefined,
        publisher: undefined,
        takeIn: undefined,
        subscriber: undefined,
      };
      byId.set(spec.id, client);
      byUfrag.set(spec.localUfrag, client);
    },
    sendDtls(id, datagram) {
      const to = byId.get(id)?.transport;
      if (to !== undefined && to.port !== 0) world.send([Buffer.from(datagram)], to);
    },
    setKeys(id, keys) {
      const client = byId.get(id);
      // Never twice: the indices of what was sent would begin anew.
      if (client === undefined || client.transport.srtp !== undefined) return;
      client.transport.srtp = srtpSession(keys, world.outbox);
      wantKeyFrames(client, world);
    },
    publish(id, roomId, tracks) {
      const client = byId.get(id);
      if (client === undefined || client.room !== undefined) return;
      client.room = roomOf(rooms, roomId);
      client.publisher = publisher(client.transport, tracks);
      client.takeIn = intake(client.publisher, world.tally);
      setPublisher(client.room, client.publisher);
    },
    subscribe(id, roomId, tracks) {
      const client = byId.get(id);
      if (client === undefined || client.room !== undefined) return;
      client.room = roomOf(rooms, roomId);
      client.subscriber = subscriber(client.transport, tracks, world.random);
      addSubscriber(client.room, client.subscriber);
      wantKeyFrames(client, world);
    },
    removeTransport(id) {
      const client = byId.get(id);
      if (client !== undefined) remove(state, client);
    },
    removeRoom(id) {
      const found = rooms.get(id);
      if (found?.publisher === undefined && found?.subscribers.size === 0) rooms.delete(id);
    },
  };
}

function roomOf(rooms: Map<string, Room>, id: string): Room {
  const found = rooms.get(id) ?? room(id);
  rooms.set(id, found);
  return found;
}

function remove(state: MediaState, client: Client): void {
  const { byId, byUfrag } = state;
  const { transport: of, room: from, publisher: publishing, subscriber: listening } = client;
  byId.delete(of.id);
  of.srtp?.outgoing.close();
  if (byUfrag.get(of.localUfrag) === client) byUfrag.delete(of.localUfrag);
  for (const path of of.paths) forget(state, client, path);
  if (from === undefined) return;
  if (listening !== undefined) removeSubscriber(from, listening);
  // Its streams stay with the subscribers until another publisher's begin: packets may still be asked for again.
  if (publishing !== undefined && from.publisher === publishing) from.publisher = undefined;
}

function snapshot({ rooms, byId, dropped }: MediaState, { tally, now }: World): Omit<ThreadSnapshot, 'load'> {
  const nowMs = now();
  const silentForMs = [...byId.values()].map(({ transport: { id, lastRtpMs } }) => [
    id,
    lastRtpMs < 0 ? -1 : Math.round(nowMs - lastRtpMs),
  ]);
  return {
    rooms: Object.fromEntries([...rooms.values()].map(({ id, counters }) => [id, copyOf(counters)])),
    totals: tally.totals(),
    tracks: tracks([...rooms.values()]),
    dropped: { ...dropped },
    transports: byId.size,
    silentForMs: Object.fromEntries(silentForMs),
  };
}
