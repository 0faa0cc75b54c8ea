/** What a pod is seen by, without its signalling: media thread, rooms, registry and the internal port. */
import type { RoomSettings } from '#crds/rooms-file.ts';
import { internalServer } from '#server/http/internal-server.ts';
import { type TurnsOptions, turns } from '#server/http/turns.ts';
import { jsonLog } from '#server/log.ts';
import type { MediaEvents, MediaPlane } from '#server/media/plane.ts';
import { startMediaPlane } from '#server/media/thread.ts';
import type { Meter } from '#server/meter.ts';
import { observation } from '#server/observation/observation.ts';
import { startHeart } from '#server/probes/heart.ts';
import { type Clock, type Rooms, rooms } from '#server/room/rooms.ts';
import { serverSettings } from '#test/server/settings-of.ts';

export interface Pod {
  readonly media: MediaPlane;
  readonly all: Rooms;
  readonly meter: Meter;
  /** Of the internal port, as a URL. */
  readonly address: string;
  stop(): Promise<void>;
}

export interface PodOptions {
  readonly settings: readonly RoomSettings[];
  readonly sessions: number;
  /** For so long a text of metrics is given to whoever asks next. */
  readonly reuseMs: number;
  /** Of answers to those who ask for metrics. */
  readonly rate: Pick<TurnsOptions, 'perSecond' | 'burst'>;
}

const nothing = () => undefined;
const fail = (error: Error) => {
  throw error;
};
const events: MediaEvents = {
  ...{
    onDtls: nothing,
    onConnected: nothing,
    onMedia: nothing,
    onFirstFrame: nothing,
    onHints: nothing,
    onLayers: nothing,
    onHeld: nothing,
    onClosed: nothing,
    onThreadRefused: nothing,
    onSlower: nothing,
  },
  onFailure: fail,
};

export async function startPod({ settings, sessions, reuseMs, rate }: PodOptions): Promise<Pod> {
  const clock: Clock = {
    now: Date.now,
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
  const media = await startMediaPlane({ address: '127.0.0.1', port: 0, events });
  const all = rooms(clock, nothing);
  all.configure(settings);
  const announced = [media.local];
  const ofAll = serverSettings(settings, announced);
  const observed = await observation({
    ...{ media, rooms: all, clock },
    state: { isDraining: false, identity: { pending: () => 0 }, settings: ofAll },
    sessions: () => sessions,
    heart: startHeart(() => performance.now()),
    log: jsonLog('error', nothing, () => new Date()),
    config: {
      busyLimitRatio: Number.POSITIVE_INFINITY,
      metrics: { prefix: '', constLabels: {}, hasDefaults: true, reuseMs },
    },
    onMetrics: undefined,
  });
  const app = internalServer({ ...observed, turns: turns({ ...rate, clock }) });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ media, all, address, meter: observed.meter },
    async stop() {
      observed.stop();
      await app.close();
      await media.close();
    },
  };
}

export const podNamespace = 'bench';

export const settingsOf = (name: string): RoomSettings => ({
  namespace: podNamespace,
  name,
  publish: { auth: { mode: 'None' }, onConflict: 'Reject', reconnectGraceMs: 15_000, codecs: ['VP8'] },
  play: { auth: { mode: 'None' }, maxSubscribers: 0 },
  alerts: { highSubscriberCount: 500, nearCapacityPercent: 90, publisherExpected: 'Never' },
});
