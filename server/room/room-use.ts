import type { Clock } from './rooms.ts';

interface Use {
  readonly sinceMs: number;
  readonly sessions: number;
}

export interface RoomUseEvents {
  /** A room has its first session. */
  onEntered(room: string): void;
  /** The last of a room's sessions has left; the first came `seconds` ago. */
  onLeft(room: string, seconds: number): void;
}

/** When rooms are in use, and for how long. */
export function roomUse(clock: Pick<Clock, 'now'>, { onEntered, onLeft }: RoomUseEvents) {
  const inUse = new Map<string, Use>();
  return {
    entered: (room: string): void => {
      const { sinceMs, sessions } = inUse.get(room) ?? { sinceMs: clock.now(), sessions: 0 };
      inUse.set(room, { sinceMs, sessions: sessions + 1 });
      if (sessions === 0) onEntered(room);
    },
    left: (room: string): void => {
      const use = inUse.get(room);
      if (use === undefined) return;
      inUse.set(room, { ...use, sessions: use.sessions - 1 });
      if (use.sessions > 1) return;
      inUse.delete(room);
      onLeft(room, Math.max(0, clock.now() - use.sinceMs) / 1000);
    },
  };
}
