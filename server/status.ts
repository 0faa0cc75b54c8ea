/** What the pod says of itself: rooms and media seen together, for statistics and metrics. Pure. */
import { type PodStats, version } from '#crds/contract.ts';
import { noCounters, type RoomCounters } from './media/counts.ts';
import type { MediaSnapshot } from './media/plane.ts';
import { silenceMs } from './room/room.ts';
import type { RoomView } from './room/rooms.ts';

/** One room now. */
export interface RoomStatus {
  readonly namespace: string;
  readonly name: string;
  readonly publisher?: { readonly sinceMs: number; readonly sendsMedia: boolean };
  /** Those that are connected; not those whose handshake is under way. */
  readonly subscribers: number;
}

export interface Status {
  readonly isDraining: boolean;
  readonly rooms: readonly RoomStatus[];
  /** By `namespace/name`; rooms that have just been removed are still among them. */
  readonly counters: Readonly<Record<string, RoomCounters>>;
  readonly media: Omit<MediaSnapshot, 'rooms'>;
}

export function status(views: readonly RoomView[], media: MediaSnapshot, isDraining: boolean): Status {
  const rooms = views.map(({ settings: { namespace, name }, room: { publisher, subscribers } }): RoomStatus => {
    const silentForMs = media.silentForMs[publisher?.id ?? ''] ?? -1;
    const sendsMedia = silentForMs >= 0 && silentForMs < silenceMs;
    return {
      namespace,
      name,
      ...(publisher?.isConnected && { publisher: { sinceMs: publisher.sinceMs, sendsMedia } }),
      subscribers: subscribers
        .values()
        .filter(({ isConnected }) => isConnected)
        .toArray().length,
    };
  });
  const idle = Object.fromEntries(views.map(({ id }) => [id, noCounters()]));
  return { isDraining, rooms, counters: { ...idle, ...media.rooms }, media };
}

/** The rooms of the media plane that are no longer ours: to be forgotten once they have been told of. */
export const leftOver = (views: readonly RoomView[], media: MediaSnapshot): readonly string[] => {
  const ours = new Set(views.map(({ id }) => id));
  return Object.keys(media.rooms).filter((id) => !ours.has(id));
};

export const podStats = ({ isDraining, rooms }: Status): PodStats => ({
  version,
  draining: isDraining,
  rooms: rooms.map(({ namespace, name, publisher, subscribers }) => ({
    namespace,
    name,
    ...(publisher && {
      publisher: { since: new Date(publisher.sinceMs).toISOString(), sendsMedia: publisher.sendsMedia },
    }),
    subscribers,
  })),
});
