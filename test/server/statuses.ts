/** What a scrape reads, made up. */
import assert from 'node:assert/strict';
import { noTotals } from '#server/media/counts.ts';
import { dropReasons, type MediaSnapshot } from '#server/media/plane.ts';
import { type MetricsOptions, metrics } from '#server/metrics/metrics.ts';
import type { NodeSeen } from '#server/node/watch.ts';
import { type PodFacts, type Status, status } from '#server/observation/status.ts';
import { emptyRoom, type Room } from '#server/room/room.ts';
import type { RoomView } from '#server/room/rooms.ts';
import { settingsOf } from './settings-of.ts';

const counts: NodeSeen['totals'] = {
  publishAttempts: 0,
  publishSuccesses: 0,
  publishCancels: 0,
  subscribeAttempts: 0,
  subscribeSuccesses: 0,
  subscribeCancels: 0,
  answered: 0,
  iceConnected: 0,
  dtlsConnected: 0,
  packetsIn: 0,
  bytesIn: 0,
  packetsOut: 0,
  bytesOut: 0,
  retransmittedPacketsOut: 0,
  retransmittedBytesOut: 0,
  nacks: 0,
  systemPacketsIn: 0,
  systemPacketsOut: 0,
  systemPacketsDropped: 0,
  cpuSeconds: 0,
  forwardSeconds: 0,
  forwardMeasured: 0,
};

const idleNode: NodeSeen = {
  atMs: 0,
  reading: {
    limits: { cores: 2, memoryBytes: 2 ** 30 },
    usage: { cpuSeconds: 0, throttledSeconds: 0, memoryBytes: 2 ** 27 },
    udp: { sent: 0, received: 0, receiveBufferFull: 0, sendBufferFull: 0, noPort: 0, malformed: 0 },
    machineLoad: [0, 0, 0],
  },
  cpuLoad: 0,
  averageMemoryBytes: 2 ** 27,
  mainThread: { utilization: 0, lagSeconds: 0 },
  totals: counts,
  perSecond: counts,
};

/** A pod that is ready, with nobody in it. */
export const facts = (change: Partial<PodFacts> = {}): PodFacts => ({
  isDraining: false,
  drainLeftMs: 0,
  isAccepting: true,
  isBusy: false,
  sessions: 0,
  pendingHandshakes: 0,
  hasToken: () => true,
  startedMs: 0,
  nowMs: 60_000,
  node: idleNode,
  clients: { connected: 0, unreached: 0 },
  health: [],
  ...change,
});

export const snapshot = (change: Partial<MediaSnapshot> = {}): MediaSnapshot => ({
  rooms: {},
  totals: noTotals(),
  tracks: { published: { audio: 0, video: 0 }, subscribed: { audio: 0, video: 0 } },
  dropped: Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as MediaSnapshot['dropped'],
  transports: 0,
  silentForMs: {},
  ingest: {},
  load: { utilization: 0, lagSeconds: 0 },
  egressLoads: [],
  messages: { toMedia: 0, toMain: 0 },
  ...change,
});

export const view = (name: string, room: Room = emptyRoom(), settings = settingsOf(name)): RoomView => ({
  id: `events/${name}`,
  settings,
  room,
});

export const seen = (views: readonly RoomView[], media = snapshot(), change: Partial<PodFacts> = {}): Status =>
  status(views, media, facts(change));

/** Metrics over a status, which may be another at each scrape, and a clock that moves on by a second at each look. */
export function metricsOf(look: () => Status | Promise<Status>, change: Partial<MetricsOptions> = {}) {
  let nowMs = 0;
  return metrics({
    prefix: '',
    constLabels: {},
    hasDefaults: false,
    reuseMs: 0,
    nowMs: () => nowMs,
    onUnreadable: (family, error) => assert.fail(`${family}: ${error}`),
    look: async () => {
      nowMs += 1000;
      return look();
    },
    ...change,
  });
}
