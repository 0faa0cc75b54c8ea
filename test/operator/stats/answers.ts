import type { PodStats, RoomStats } from '#crds/pod-stats.ts';

/** What a pod says of its room, in which nobody is unless told otherwise. */
export const room = (traits: Partial<RoomStats> = {}): RoomStats => ({
  namespace: 'events',
  name: 'keynote',
  subscribers: 0,
  ...traits,
});

/** What it says in all. */
export const said = (...rooms: RoomStats[]): PodStats => ({ version: '0.1.0', draining: false, rooms });
