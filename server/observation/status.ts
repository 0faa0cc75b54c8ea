/** What the pod says of itself: rooms and media seen together, for statistics and metrics. Pure. */
import { type Side, version } from '#crds/contract.ts';
import type { NodeStats } from '#crds/node-stats.ts';
import type { CheckName } from '#crds/pod-metrics.ts';
import type { ClientsMet, IngestStats, PodStats, RoomStats } from '#crds/pod-stats.ts';
import type { RoomSettings } from '#crds/rooms-file.ts';
import { noCounters, type RoomCounters } from '../media/counts.ts';
import type { MediaSnapshot } from '../media/plane.ts';
import type { Ingest } from '../media/up/ingest.ts';
import type { Counts, NodeSeen } from '../node/watch.ts';
import type { Finding } from '../probes/checkup.ts';
import { silenceMs } from '../room/room.ts';
import { roomId } from '../room/room-id.ts';
import type { RoomView } from '../room/rooms.ts';

/** One room now. */
export interface RoomStatus {
  readonly namespace: string;
  readonly name: string;
  /** Before its first packet it counts as silent since it came. */
  readonly publisher?: { readonly sinceMs: number; readonly sendsMedia: boolean; readonly silentForMs: number };
  /** See {@link RoomStats}. */
  readonly publisherEndedAtMs?: number;
  /** Those that are connected; not those whose handshake is under way. */
  readonly subscribers: number;
  /** Those of them that are sent no video, as their networks do not carry it. */
  readonly heldBack: number;
  /** 0: no limit of the room's own. */
  readonly maxSubscribers: number;
  readonly tokensMissing: NonNullable<RoomStats['tokensMissing']>;
  readonly alerts: RoomSettings['alerts'];
}

/** What is known without asking the rooms or the media thread. */
export interface PodFacts {
  readonly isDraining: boolean;
  /** Until its sessions are ended, below 0 when it should be over; 0 while it does not drain. */
  readonly drainLeftMs: number;
  /** Whether new sessions are taken. */
  readonly isAccepting: boolean;
  /** Whether new viewers are refused for want of time. */
  readonly isBusy: boolean;
  /** All of them, also those whose handshake is under way. */
  readonly sessions: number;
  /** Of DTLS, that have begun and neither ended nor come to keys. */
  readonly pendingHandshakes: number;
  /** Whether a token, or a secret of JSON Web Tokens, can be read, by the name of its file. */
  readonly hasToken: (file: string) => boolean;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly node: NodeSeen;
  readonly clients: ClientsMet;
  readonly health: readonly Finding<CheckName>[];
}

export interface Status extends PodFacts {
  readonly rooms: readonly RoomStatus[];
  /** By `namespace/name`; rooms that have just been removed are still among them. */
  readonly counters: Readonly<Record<string, RoomCounters>>;
  readonly media: Omit<MediaSnapshot, 'rooms'>;
}

export function status(views: readonly RoomView[], media: MediaSnapshot, facts: PodFacts): Status {
  const rooms = views.map(({ id, settings, room: { publisher, publisherEndedAtMs, subscribers } }): RoomStatus => {
    const { namespace, name, play, alerts } = settings;
    const sentMsAgo = media.silentForMs[publisher?.id ?? ''] ?? -1;
    const sendsMedia = sentMsAgo >= 0 && sentMsAgo < silenceMs;
    const silentForMs = sentMsAgo >= 0 ? sentMsAgo : facts.nowMs - (publisher?.sinceMs ?? facts.nowMs);
    return {
      namespace,
      name,
      maxSubscribers: play.maxSubscribers,
      heldBack: media.rooms[id]?.heldBack ?? 0,
      tokensMissing: tokensMissing(settings, facts),
      alerts,
      ...(publisher?.isConnected && { publisher: { sinceMs: publisher.sinceMs, sendsMedia, silentForMs } }),
      ...(publisherEndedAtMs !== undefined && { publisherEndedAtMs }),
      subscribers: subscribers
        .values()
        .filter(({ isConnected }) => isConnected)
        .toArray().length,
    };
  });
  const idle = Object.fromEntries(views.map(({ id }) => [id, noCounters()]));
  return { ...facts, rooms, counters: { ...idle, ...media.rooms }, media };
}

function tokensMissing(settings: RoomSettings, { hasToken }: PodFacts): RoomStatus['tokensMissing'] {
  const lacks = (side: Side) => {
    const { auth } = settings[side];
    const file = auth.mode === 'BearerToken' ? auth.tokenFile : 'secretFile' in auth ? auth.secretFile : undefined;
    return file !== undefined && !hasToken(file);
  };
  return (['publish', 'play'] as const).filter(lacks);
}

/** The rooms of the media plane that are no longer ours: to be forgotten once they have been told of. */
export const leftOver = (views: readonly RoomView[], counters: Status['counters']): readonly string[] => {
  const ours = new Set(views.map(({ id }) => id));
  return Object.keys(counters).filter((id) => !ours.has(id));
};

export const podStats = (of: Status): PodStats => ({
  version,
  draining: of.isDraining,
  ...(of.isDraining && { drainEndsAt: new Date(of.nowMs + of.drainLeftMs).toISOString() }),
  rooms: of.rooms.map(({ namespace, name, publisher, publisherEndedAtMs, subscribers, heldBack, tokensMissing }) => ({
    namespace,
    name,
    ...(publisherEndedAtMs !== undefined && { publisherEndedAt: new Date(publisherEndedAtMs).toISOString() }),
    ...(publisher && {
      publisher: {
        since: new Date(publisher.sinceMs).toISOString(),
        sendsMedia: publisher.sendsMedia,
        ...ingestOf(of.media.ingest[roomId({ namespace, name })]),
      },
    }),
    subscribers,
    ...(heldBack > 0 && { heldBack }),
    ...(tokensMissing.length > 0 && { tokensMissing }),
  })),
  clients: of.clients,
  node: nodeStats(of),
});

const ingestOf = (of: Ingest | undefined): { readonly ingest?: IngestStats } =>
  of === undefined
    ? {}
    : {
        ingest: {
          audioBitsPerSecond: Math.round(of.audio?.bitsPerSecond ?? 0),
          videoBitsPerSecond: Math.round(of.video?.bitsPerSecond ?? 0),
          framesPerSecond: Math.round(10 * (of.video?.framesPerSecond ?? 0)) / 10,
          width: of.video?.width ?? 0,
          height: of.video?.height ?? 0,
          keyFrameIntervalSeconds: Math.round(of.video?.keyFrameIntervalMs ?? 0) / 1000,
          hints: of.hints.map(({ message }) => message),
          ...(of.layers.length > 0 && { layers: of.layers }),
        },
      };

function nodeStats({ rooms, media: { tracks }, node, startedMs }: Status): NodeStats {
  const { reading, totals, perSecond, cpuLoad, averageMemoryBytes } = node;
  const { forwardSeconds, forwardMeasured } = perSecond;
  return {
    startedAt: new Date(startedMs).toISOString(),
    updatedAt: new Date(node.atMs).toISOString(),
    ...inUse(rooms),
    tracks: {
      in: tracks.published.audio + tracks.published.video,
      out: tracks.subscribed.audio + tracks.subscribed.video,
    },
    totals: nodeCounters(totals),
    perSecond: nodeCounters(perSecond),
    cpu: { limitCores: reading.limits.cores, loadRatio: cpuLoad, machineLoad: reading.machineLoad },
    memory: {
      usedBytes: reading.usage.memoryBytes,
      averageBytes: averageMemoryBytes,
      limitBytes: reading.limits.memoryBytes,
    },
    forwardSeconds: forwardMeasured > 0 ? forwardSeconds / forwardMeasured : 0,
  };
}

/** Without what is told as a load, or as a mean. */
function nodeCounters({ cpuSeconds, forwardSeconds, forwardMeasured, ...told }: Counts): NodeStats['totals'] {
  return told;
}

/** How many rooms somebody is in, and who is connected. */
export const inUse = (rooms: readonly RoomStatus[]) => ({
  rooms: rooms.filter(({ publisher, subscribers }) => publisher !== undefined || subscribers > 0).length,
  clients: {
    publisher: rooms.filter(({ publisher }) => publisher !== undefined).length,
    subscriber: rooms.reduce((sum, { subscribers }) => sum + subscribers, 0),
  },
});
