import { copyOf, sumOf } from './counts.ts';
import type { MediaState } from './media-state.ts';
import type { ThreadSnapshot } from './messages.ts';
import { heldBack, tracks } from './room.ts';
import { ingest } from './up/ingest.ts';
import type { World } from './world.ts';

/** What a thread knows of what it does, but not of itself. */
export type CoreSnapshot = Omit<ThreadSnapshot, 'load' | 'egressLoads'>;

export function snapshot({ rooms, byId, dropped }: MediaState, { tally, now }: World): CoreSnapshot {
  const nowMs = now();
  const silentForMs = [...byId.values()].map(({ transport: { id, lastRtpMs } }) => [
    id,
    lastRtpMs < 0 ? -1 : Math.round(nowMs - lastRtpMs),
  ]);
  return {
    rooms: Object.fromEntries(
      [...rooms.values()].map((room) => [room.id, { ...copyOf(room.counters), heldBack: heldBack(room) }]),
    ),
    totals: tally.totals(),
    tracks: tracks(rooms.values()),
    ingest: ingest(rooms.values(), nowMs),
    dropped: { ...dropped },
    transports: byId.size,
    silentForMs: Object.fromEntries(silentForMs),
  };
}

/** All threads together. Ingress knows all clients, and the publishers of all rooms; egress has images of them. */
export function whole(ingress: CoreSnapshot, egress: readonly CoreSnapshot[]): CoreSnapshot {
  const all = [ingress, ...egress];
  return {
    ...ingress,
    rooms: sumOf(all.map(({ rooms }) => rooms)),
    totals: sumOf(all.map(({ totals }) => totals)),
    dropped: sumOf(all.map(({ dropped }) => dropped)),
    tracks: { ...ingress.tracks, subscribed: sumOf(all.map(({ tracks }) => tracks.subscribed)) },
  };
}
