/** The calls of `MediaPlane` that change who sends and who is sent to. */

import { chooseLayer } from './down/viewer-layers.ts';
import type { Share } from './egress/share.ts';
import { type Client, forget, forgetIce, type MediaState } from './media-state.ts';
import type { DownTrack, MediaPlane } from './plane.ts';
import { addSubscriber, type Room, removeSubscriber, room, setPublisher, subscriber } from './room.ts';
import { closeSrtp, srtpSession } from './srtp/srtp.ts';
import { iceSession, transport } from './transport.ts';
import { wantKeyFrames } from './up/feedback.ts';
import { intake } from './up/intake.ts';
import { publisher } from './up/up-stream.ts';
import type { World } from './world.ts';

/** Those that are fire and forget. One for an unknown transport does nothing: it may just have ended. */
export type MediaCommands = Pick<
  MediaPlane,
  | 'addTransport'
  | 'restartIce'
  | 'sendDtls'
  | 'setKeys'
  | 'publish'
  | 'subscribe'
  | 'chooseLayer'
  | 'removeTransport'
  | 'removeRoom'
>;

export function mediaCommands(state: MediaState, world: World): MediaCommands {
  const { byId, byUfrag, rooms } = state;
  return {
    addTransport(spec) {
      const client: Client = {
        spec,
        transport: transport(spec, Math.floor(world.random() * 0x1_0000_0000), world.now()),
        keys: undefined,
        room: undefined,
        publisher: undefined,
        takeIn: undefined,
        subscriber: undefined,
        placed: undefined,
      };
      byId.set(spec.id, client);
      byUfrag.set(spec.localUfrag, client);
    },
    restartIce(id, ice) {
      const client = byId.get(id);
      if (client === undefined) return;
      forgetIce(state, client, client.transport.nextIce);
      client.transport.nextIce = iceSession(ice);
      byUfrag.set(ice.localUfrag, client);
    },
    sendDtls(id, datagram) {
      const to = byId.get(id)?.transport;
      if (to !== undefined && to.port !== 0) world.send([Buffer.from(datagram)], to);
    },
    setKeys(id, keys) {
      const client = byId.get(id);
      // Never twice: the indices of what was sent would begin anew.
      if (client === undefined || client.transport.srtp !== undefined) return;
      if (client.placed !== undefined) return client.placed.setKeys(keys);
      if (client.room === undefined) client.keys = keys;
      client.transport.srtp = srtpSession(keys, world);
      wantKeyFrames(client, world);
    },
    publish(id, roomId, tracks) {
      const client = byId.get(id);
      if (client === undefined || client.room !== undefined) return;
      client.room = roomOf(rooms, roomId);
      client.keys = undefined;
      client.publisher = publisher(client.transport, tracks);
      client.takeIn = intake(client.publisher, world.tally);
      setPublisher(client.room, client.publisher);
      for (const share of client.room.shares) share.setPublisher(client.room);
    },
    subscribe(id, roomId, tracks) {
      const client = byId.get(id);
      if (client === undefined || client.room !== undefined) return;
      client.room = roomOf(rooms, roomId);
      const share = world.shares?.place(state.viewers);
      if (share !== undefined) return place(client, share, client.room, tracks);
      state.viewers += 1;
      client.keys = undefined;
      client.subscriber = subscriber(client.transport, tracks, world.random);
      addSubscriber(client.room, client.subscriber);
      wantKeyFrames(client, world);
    },
    chooseLayer(id, mid, rid) {
      const client = byId.get(id);
      if (client !== undefined) chooseLayer(client, mid, rid);
    },
    removeTransport(id) {
      const client = byId.get(id);
      if (client !== undefined) remove(state, client);
    },
    removeRoom: (id) => removeRoom(state, id, world),
  };
}

function removeRoom({ rooms, byId }: MediaState, id: string, { shares }: World): void {
  const found = rooms.get(id);
  // An egress thread knows no client that is the publisher; ingress has clients who wait for their keys.
  if (found === undefined || found.publisher !== undefined || found.subscribers.size > 0) return;
  if (byId.values().some(({ room }) => room === found)) return;
  rooms.delete(id);
  for (const share of shares?.all ?? []) share.removeRoom(id);
}

/** The subscriber's keys go with it. What had been made of them here has sent nothing. */
function place(client: Client, share: Share, to: Room, tracks: readonly DownTrack[]): void {
  const { spec, keys, transport } = client;
  const placed = share.add(spec, to, tracks);
  client.placed = placed;
  client.keys = undefined;
  if (transport.srtp !== undefined) closeSrtp(transport.srtp);
  transport.srtp = undefined;
  if (keys !== undefined) placed.setKeys(keys);
  if (transport.port !== 0) placed.follow(transport);
}

export function roomOf(rooms: Map<string, Room>, id: string): Room {
  const found = rooms.get(id) ?? room(id);
  rooms.set(id, found);
  return found;
}

export function remove(state: MediaState, client: Client): void {
  const { transport: of, room: from, publisher: publishing, subscriber: listening } = client;
  state.byId.delete(of.id);
  state.probed.delete(client);
  if (of.srtp !== undefined) closeSrtp(of.srtp);
  forgetIce(state, client, of.ice);
  forgetIce(state, client, of.nextIce);
  for (const path of of.paths) forget(state, client, path);
  client.placed?.remove();
  if (from === undefined) return;
  if (listening !== undefined) {
    state.viewers -= 1;
    removeSubscriber(from, listening);
  }
  // Its streams stay with the subscribers until another publisher's begin: packets may still be asked for again.
  if (publishing === undefined || from.publisher !== publishing) return;
  from.publisher = undefined;
  for (const share of from.shares) share.setPublisher(from);
}
