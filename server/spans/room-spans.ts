/**
 * The life of rooms as spans: a room begins with its first session, which is its publisher, and ends with its last.
 *
 *   whip.publish ─► room.create ──publisher.connected──┤      …      room.close, linked to room.create
 */
import type { Attributes, Span, Tracer } from '#tracing/tracer.ts';
import type { Meter } from '../meter.ts';
import { roomNames } from '../room/room-id.ts';
import type { SessionEnd } from '../session/session-end.ts';

interface Life {
  readonly create: Span;
  /** Whether a publisher has connected, with which the room is created. */
  isLive: boolean;
  /** Why the latest of its sessions to end did so. */
  reason: SessionEnd;
}

export interface RoomSpans extends Pick<Meter, 'reached' | 'ended' | 'roomLeft'> {
  /** A session has been let in, in that span. */
  entered(room: string, span: Span): void;
}

/** Listens to what happens to sessions. Rooms are named `namespace/name`. */
export function roomSpans(tracer: Tracer): RoomSpans {
  const lives = new Map<string, Life>();
  return {
    entered: (room, span) => {
      if (lives.has(room)) return;
      const create = tracer.start('room.create', { attributes: roomAttributes(room), parent: span });
      lives.set(room, { create, isLive: false, reason: 'Internal' });
    },
    reached: ({ role, room }, step) => {
      if (role !== 'publisher' || step !== 'DtlsConnected') return;
      const life = lives.get(room);
      if (life === undefined || life.isLive) return;
      life.isLive = true;
      life.create.event('publisher.connected');
      life.create.end();
    },
    ended: ({ room }, { reason }) => {
      const life = lives.get(room);
      if (life) life.reason = reason;
    },
    roomLeft: (room, seconds) => {
      const life = lives.get(room);
      if (life === undefined) return;
      lives.delete(room);
      if (!life.isLive) {
        life.create.fail('no publisher connected');
        life.create.end();
      }
      const attributes = { ...roomAttributes(room), reason: life.reason, duration_s: seconds };
      tracer.start('room.close', { parent: 'none', link: life.create, attributes }).end();
    },
  };
}

/** Of `namespace/name`. */
export function roomAttributes(room: string): Attributes {
  const { namespace, name } = roomNames(room);
  return { room: name, 'k8s.namespace.name': namespace };
}
