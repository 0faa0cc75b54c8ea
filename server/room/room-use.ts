import type { Clock } from './rooms.ts';

interface Use {
  readonly sinceMs: number;
  readonly sessions: number;
}

/** How long rooms are in use: `onLeft` is called with the room, and seconds, when the last of its sessions has left. */
export function roomUse(clock: Pick<Clock, 'now'>, onLeft: (room: string, seconds: number) => void) {
  const inUse = new Map<string, Use>();
  return {
    entered: (room: string): void => {
      const { sinceMs, sessions } = inUse.get(room) ?? { sinceMs: clock.now(), sessions: 0 };
      inUse.set(room, { sinceMs, sessions: sessions + 1 });
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
