/** What is seen of a server from outside: metrics and statistics, from one look at rooms, media and node. */
import type { PodStats } from '#crds/contract.ts';
import type { ServerState } from './endpoints.ts';
import { joinCounts } from './joins.ts';
import type { MediaPlane } from './media/plane.ts';
import { mediaLook } from './media-look.ts';
import { type Meter, meterOf } from './meter.ts';
import type { Exposition, Format } from './metrics/exposition.ts';
import { type MetricsConfig, type MetricsOptions, metrics } from './metrics/metrics.ts';
import { nodeCounts } from './node/counts.ts';
import { reader, surroundings } from './node/reading.ts';
import { watchNode } from './node/watch.ts';
import type { Clock, Rooms } from './room/rooms.ts';
import { leftOver, podStats, type Status, status } from './status.ts';

export interface Observed {
  readonly media: MediaPlane;
  readonly rooms: Pick<Rooms, 'list'>;
  readonly state: Pick<ServerState, 'isDraining' | 'settings'>;
  /** How many there are, also those whose handshake is under way. */
  readonly sessions: () => number;
  readonly clock: Pick<Clock, 'now'>;
  readonly config: MetricsConfig;
  readonly onMetrics: MetricsOptions['onMetrics'];
}

export interface Observation {
  /** What happens is told to this. */
  readonly meter: Meter;
  scrape(format: Format): Promise<Exposition>;
  stats(): Promise<PodStats>;
  stop(): void;
}

/** Less than the time-out of a scrape, and of a probe. */
const mediaTimeoutMs = 1000;
const node = { everyMs: 2000, windowMs: 10_000 } as const;
const nowMs = () => performance.now();

/** Starts to look at the node. */
export async function observation(observed: Observed): Promise<Observation> {
  const { media, rooms, state, sessions, clock, config, onMetrics } = observed;
  const startedMs = clock.now();
  const joined = joinCounts();
  const seenMedia = mediaLook(media, await media.snapshot(), {
    timeoutMs: mediaTimeoutMs,
    onLate: () => meter.failed('Media'),
  });
  const watch = await watchNode({
    read: reader(surroundings()),
    counts: async () => nodeCounts(joined.counts, await seenMedia()),
    clock,
    nowMs,
    loopTime: () => performance.eventLoopUtilization(),
    ...node,
  });
  const look = async (): Promise<Status> =>
    status(rooms.list(), await seenMedia(), {
      isDraining: state.isDraining,
      isAccepting: !state.isDraining && state.settings.announced !== undefined,
      sessions: sessions(),
      startedMs,
      nowMs: clock.now(),
      node: watch.seen(),
    });
  const { meter, scrape } = metrics({
    ...config,
    ...(onMetrics && { onMetrics }),
    nowMs,
    look: async () => {
      const seen = await look();
      // Rooms that are gone are told of once more, and forgotten after that.
      for (const id of leftOver(rooms.list(), seen.counters)) media.removeRoom(id);
      return seen;
    },
  });
  return {
    meter: meterOf([meter, joined.listener]),
    scrape,
    stats: async () => podStats(await look()),
    stop: watch.stop,
  };
}
