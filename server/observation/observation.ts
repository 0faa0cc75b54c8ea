/** What is seen of a server from outside: metrics, statistics and health, from one look at rooms, media and node. */
import type { PodStats } from '#crds/pod-stats.ts';
import type { ViewersStats } from '#crds/viewer-stats.ts';
import type { Config } from '../config/config.ts';
import { type Log, stackOf } from '../log.ts';
import type { MediaPlane } from '../media/plane.ts';
import { type Meter, meterOf } from '../meter.ts';
import type { Exposition } from '../metrics/exposition.ts';
import type { Format } from '../metrics/family-text.ts';
import { type MetricsOptions, metrics } from '../metrics/metrics.ts';
import { nodeCounts } from '../node/counts.ts';
import { hardPressed } from '../node/hard-pressed.ts';
import { reader, type Surroundings, surroundings } from '../node/reading.ts';
import { type NodeSeen, type NodeWatch, watchNode } from '../node/watch.ts';
import type { Checkup } from '../probes/checkup.ts';
import { health } from '../probes/health.ts';
import type { Heart } from '../probes/heart.ts';
import { isUdpPortBound } from '../probes/udp-port.ts';
import type { Clock, Rooms } from '../room/rooms.ts';
import type { DtlsIdentity } from '../rtc/dtls/dtls.ts';
import { busyThreads } from '../session/busy.ts';
import type { Shortage } from '../session/closed.ts';
import { joinCounts } from '../session/joins.ts';
import type { ServerState } from '../state.ts';
import { mediaLook } from './media-look.ts';
import { leftOver, podStats, type Status, status } from './status.ts';
import { viewersStats } from './viewer-stats.ts';

export interface Observed {
  readonly media: MediaPlane;
  readonly rooms: Pick<Rooms, 'list' | 'has'>;
  readonly state: Pick<ServerState, 'isDraining' | 'drainEndsMs' | 'settings'> & {
    readonly identity: Pick<DtlsIdentity, 'pending'>;
  };
  /** How many there are, also those whose handshake is under way. */
  readonly sessions: () => number;
  readonly clock: Clock;
  /** Of the main thread. */
  readonly heart: Heart;
  readonly log: Log;
  readonly config: Pick<Config, 'metrics' | 'cpuRequest' | 'busyLimitRatio'>;
  readonly onMetrics: MetricsOptions['onMetrics'];
}

export interface Observation {
  /** What happens is told to this. */
  readonly meter: Meter;
  scrape(format: Format): Promise<Exposition>;
  stats(): Promise<PodStats>;
  viewers(room: string | undefined, most: number): Promise<ViewersStats | undefined>;
  readonly checkup: Checkup;
  /** Costs nothing, so that every request may ask. */
  shortage(): Shortage;
  stop(): void;
}

/** Less than the time-out of a scrape, and of a probe. */
const mediaTimeoutMs = 1000;
const node = { everyMs: 2000, windowMs: 10_000 } as const;
const nowMs = () => performance.now();

/** Starts to look at the node. */
export async function observation(observed: Observed): Promise<Observation> {
  const { media, rooms, state, sessions, clock, log, config, onMetrics } = observed;
  const startedMs = clock.now();
  const joined = joinCounts();
  const isTooMuch = busyThreads(config.busyLimitRatio);
  let isBusy = false;
  const look = async (): Promise<Status> => {
    const [seen, findings] = await Promise.all([seenMedia(), checkup()]);
    const at = clock.now();
    return status(rooms.list(), seen, {
      isDraining: state.isDraining,
      drainLeftMs: state.drainEndsMs === undefined ? 0 : state.drainEndsMs - at,
      isAccepting: !state.isDraining && state.settings.announced !== undefined,
      isBusy,
      sessions: sessions(),
      pendingHandshakes: state.identity.pending(),
      hasToken: (file) => state.settings.tokens.has(file) || state.settings.jwtSecrets.has(file),
      startedMs,
      nowMs: at,
      node: watch.seen(),
      clients: joined.clients(),
      health: findings,
    });
  };
  // Before anything that counts its failures by it.
  const { meter, scrape } = metrics({
    ...config.metrics,
    ...(onMetrics && { onMetrics }),
    nowMs,
    onUnreadable: (family, error) => log.error('a metric cannot be read', { family, error: stackOf(error) }),
    look: async () => {
      const seen = await look();
      // Rooms that are gone are told of once more, and forgotten after that.
      for (const id of leftOver(rooms.list(), seen.counters)) media.removeRoom(id);
      return seen;
    },
  });
  const seenMedia = mediaLook(media, await media.snapshot(), {
    timeoutMs: mediaTimeoutMs,
    onLate: () => meter.failed('Media'),
    keepMs: config.metrics.reuseMs,
    nowMs,
  });
  const machine = surroundings();
  const watch = await watchNode({
    read: reader({ ...machine, cpuRequest: config.cpuRequest }),
    counts: async () => {
      const seen = await seenMedia();
      isBusy = isTooMuch(seen);
      return nodeCounts(joined.counts, seen);
    },
    clock,
    nowMs,
    loopTime: () => performance.eventLoopUtilization(),
    onLoad: hardPressed(log, nowMs),
    ...node,
  });
  const checkup = podHealth(observed, watch, machine);
  return {
    meter: meterOf([meter, joined.listener]),
    scrape,
    stats: async () => podStats(await look()),
    viewers: async (room, most) =>
      room === undefined || rooms.has(room) ? viewersStats(await media.viewers({ viewersOf: room, most })) : undefined,
    checkup,
    shortage: () => ({ isShortOfMemory: isShort(watch.reading()), isBusy }),
    stop: watch.stop,
  };
}

/** Viewers can come later; but a pod that is ended for want of memory takes all who are there with it. */
const isShort = ({ usage, limits }: NodeSeen['reading']) => usage.memoryBytes > 0.95 * limits.memoryBytes;

const podHealth = ({ media, state, clock, heart, log }: Observed, watch: NodeWatch, { read }: Surroundings) =>
  health({
    log,
    clock,
    nowMs,
    heartAgeMs: heart.ageMs,
    pingMedia: media.ping,
    hasMediaPort: () => isUdpPortBound(['/proc/net/udp', '/proc/net/udp6'].map(read), media.local.port),
    hasMediaAddress: () => state.settings.announced !== undefined,
    memory: () => {
      const { usage, limits } = watch.reading();
      return { usedBytes: usage.memoryBytes, limitBytes: limits.memoryBytes };
    },
    lagSeconds: () => watch.seen().mainThread.lagSeconds,
  });
