/** A share of the subscribers: those of one egress thread, as ingress sees them. */

import type { DownTrack, SrtpKeys, TransportSpec } from '../plane.ts';
import type { Room } from '../room.ts';
import type { Endpoint } from '../udp/address.ts';
import type { Arrival } from '../up/intake.ts';
import type { EgressLink } from './egress.ts';
import { introduced } from './introduced.ts';

export interface Share {
  /** How many subscribers it has, also those that have no keys yet: a crowd has none when it is to be spread. */
  readonly viewers: number;
  add(spec: TransportSpec, room: Room, tracks: readonly DownTrack[]): PlacedViewer;
  /** To be called when a room has another publisher, or none, if the room is among those of the share. */
  setPublisher(room: Room): void;
  /** To be called when the encodings of a room's publisher have changed, or what each takes; as `setPublisher`. */
  setLadder(room: Room): void;
  /** False when the packet is lost to it. On the packet path: runs once for each packet that comes in. */
  forward(room: Room, arrival: Arrival, nowMs: number): boolean;
  /** To be called many times a second: tells what has changed of sources. */
  refresh(): void;
  removeRoom(roomId: string): void;
}

/** The thread hears of it once there are keys, all in one: until then there is nothing for it to do. */
export interface PlacedViewer {
  /** Whether its thread knows it. */
  readonly isKeyed: boolean;
  /** Once: the indices of what was sent would begin anew. */
  setKeys(keys: SrtpKeys): void;
  /** To be called when it may be sent to another address. */
  follow(at: Endpoint): void;
  chooseLayer(mid: string, rid: string | undefined): void;
  /** Whether it is to be sent no media for now. */
  setGone(isGone: boolean): void;
  /** False when the datagram is lost. */
  receiveRtcp(datagram: Buffer): boolean;
  remove(): void;
}

export function share(link: EgressLink): Share {
  /** With keys: the thread has nothing to do for a room that has no such viewers, and hears nothing of it. */
  const keyedOf = new Map<Room, number>();
  const sources = introduced(link);
  let viewers = 0;
  let numbers = 0;

  const setLadder = ({ id, publisher }: Room): void => {
    if (publisher?.ladder === undefined) return;
    const { streams, ladder, best } = publisher;
    const order = ladder.streams.map((stream) => streams.indexOf(stream));
    link.tell('setLadder', id, order, ladder.bps, best === undefined ? -1 : streams.indexOf(best));
  };
  const setPublisher = (room: Room): void => {
    sources.forget(room);
    const streams = room.publisher?.streams;
    if (streams === undefined) {
      link.tell('unpublish', room.id);
      return;
    }
    const tracks = streams.map(({ track }) => track);
    link.tell('publish', room.id, tracks);
    for (const stream of streams) if (stream.source !== undefined) sources.number(room, stream, stream.source);
    setLadder(room);
  };
  const enter = (room: Room): void => {
    const others = keyedOf.get(room) ?? 0;
    keyedOf.set(room, others + 1);
    if (others > 0) return;
    room.shares = [...room.shares, self];
    setPublisher(room);
  };
  const leave = (room: Room): void => {
    const others = (keyedOf.get(room) ?? 1) - 1;
    keyedOf.set(room, others);
    if (others > 0) return;
    keyedOf.delete(room);
    room.shares = room.shares.filter((other) => other !== self);
    sources.forget(room);
    link.tell('unpublish', room.id);
  };
  const self: Share = {
    get viewers() {
      return viewers;
    },
    add(spec, room, tracks) {
      viewers += 1;
      const number = numbers++;
      return placed(link, number, {
        introduce() {
          enter(room);
          link.tell('addViewer', number, spec, room.id, tracks);
        },
        leave(isKeyed) {
          viewers -= 1;
          if (isKeyed) leave(room);
        },
      });
    },
    setPublisher,
    setLadder,
    forward(room, { stream, source, packet, startsKeyFrame }, nowMs) {
      const number = sources.number(room, stream, source);
      return number < 0 || link.packet(number, packet.index, startsKeyFrame, nowMs);
    },
    refresh: sources.refresh,
    removeRoom: (roomId) => link.tell('removeRoom', roomId),
  };
  return self;
}

/** How a viewer gets into its room and out of it, as its share keeps count. */
interface Membership {
  introduce(): void;
  leave(isKeyed: boolean): void;
}

function placed(link: EgressLink, number: number, { introduce, leave }: Membership): PlacedViewer {
  const at = { address: '', port: 0 };
  const chosen = new Map<string, string | undefined>();
  let isGone = false;
  let isKeyed = false;
  return {
    get isKeyed() {
      return isKeyed;
    },
    setKeys(keys) {
      if (isKeyed) return;
      isKeyed = true;
      introduce();
      if (at.port !== 0) link.tell('move', number, at.address, at.port);
      for (const [mid, rid] of chosen) link.tell('chooseLayer', number, mid, rid);
      if (isGone) link.tell('setGone', number, isGone);
      link.tell('setKeys', number, keys);
    },
    follow({ address, port }) {
      if (at.port === port && at.address === address) return;
      at.address = address;
      at.port = port;
      if (isKeyed) link.tell('move', number, address, port);
    },
    chooseLayer(mid, rid) {
      if (isKeyed) link.tell('chooseLayer', number, mid, rid);
      else chosen.set(mid, rid);
    },
    setGone(next) {
      isGone = next;
      if (isKeyed) link.tell('setGone', number, next);
    },
    receiveRtcp: (datagram) => link.mail(number, datagram),
    remove() {
      if (isKeyed) link.tell('removeViewer', number);
      leave(isKeyed);
    },
  };
}
