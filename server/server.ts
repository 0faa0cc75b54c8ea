/** Everything put together: settings, rooms, media, HTTP. Knows no environment, no signals and no exit. */
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import type { Config } from './config/config.ts';
import { drain, returns } from './drain.ts';
import { endpoints } from './endpoints.ts';
import { entrance } from './entrance.ts';
import { type SessionEvents, sessionEvents } from './events/session-events.ts';
import { type HttpServers, httpServers } from './http-servers.ts';
import type { Log } from './log.ts';
import {
  handshakesSlower,
  listenerFailed,
  requestFailed,
  settingsChanged,
  settingsRefused,
  started,
} from './log-lines.ts';
import { startMediaPlane } from './media/thread.ts';
import type { Endpoint } from './media/udp/address.ts';
import { mediaEvents } from './media-events.ts';
import { guarded, meterOf, type SessionMeter } from './meter.ts';
import type { MetricsOptions } from './metrics/metrics.ts';
import { neighbours } from './neighbours.ts';
import { givingBack } from './node/spare-memory.ts';
import { observation } from './observation/observation.ts';
import { type Heart, startHeart } from './probes/heart.ts';
import { type Clock, type Rooms, rooms } from './room/rooms.ts';
import { dtlsIdentity } from './rtc/dtls/dtls.ts';
import { fastestCrypto } from './rtc/dtls/dtls-crypto.ts';
import { videoIndex } from './session/chosen-layer.ts';
import type { SessionEnd } from './session/session-end.ts';
import { sessions } from './session/sessions.ts';
import { unreached } from './session/unreached.ts';
import { readSettings, type Settings } from './settings/settings.ts';
import { watchSettings } from './settings/watch-settings.ts';
import { roomSpans } from './spans/room-spans.ts';
import { tracedEndpoints } from './spans/traced-endpoints.ts';
import type { ServerState } from './state.ts';

export interface Server {
  /** What was bound; the ports are useful where 0 was asked for. */
  readonly local: { readonly http: Endpoint; readonly internal: Endpoint; readonly media: Endpoint };
  /** Takes no new sessions any more, and keeps no viewers without a publisher. Resolves when the last has ended, or after the drain time-out. */
  drain(): Promise<void>;
  /** Ends all sessions, with a farewell to their clients, and gives every port back. */
  close(): Promise<void>;
  /** Counts an error that nobody caught. */
  uncaught(): void;
}

export interface ServerOptions {
  readonly config: Config;
  readonly log: Log;
  /** Takes the lines of the audit log. */
  readonly audit: (line: string) => void;
  readonly clock: Clock;
  readonly tracer?: Tracer;
  /** Called once the server listens, and again with all changes. */
  readonly onSettings?: (settings: Settings, local: Server['local']) => void;
  /** Media cannot flow any more; the process should end. */
  readonly onFatal: (error: Error) => void;
  /** Called once with the registry, for metrics of an embedder's own. */
  readonly onMetrics?: MetricsOptions['onMetrics'];
  /** Of an embedder's own: hears of rooms and sessions. What it throws stands in the log. */
  readonly listener?: Partial<SessionMeter>;
}

/** How often files are read again when nothing says that they have changed. */
const rereadMs = 1000;
/** Handshakes hold what they need for ten seconds, so this much later it is free. */
const giveBackEveryMs = 20_000;

/** Rejects with the reason when settings cannot be read or a port cannot be bound. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log, clock, tracer = noTracer, onSettings, onFatal, onMetrics, listener = {} } = options;
  await readSettings(config); // what is missing is told before anything is bound
  const heart = startHeart(() => performance.now());
  const watchdog = watchdogOf(heart, config.hangLimitMs);
  const told = mediaEvents({ sessions: () => table, viewers: () => events.subscriber, log, onFailure: onFatal });
  const media = await startMediaPlane({ ...config.media, ...watchdog, events: told });
  const files = { ...config, media: { ...config.media, ...media.local } };
  const identity = dtlsIdentity({ crypto: fastestCrypto(handshakesSlower(log)) });
  const state: ServerState = { settings: await readSettings(files), isDraining: false, identity };
  const end = (session: string, reason: SessionEnd) => table.end(session, reason);
  const allRooms = rooms(clock, end, (room) => events.subscriber.changed(room));
  const seen = { media, rooms: allRooms, state, sessions: () => table.count(), clock, heart, log, config, onMetrics };
  const { meter: counted, shortage, stop, ...inside } = await observation(seen);
  const spans = roomSpans(tracer);
  const meter = meterOf([counted, spans, guarded(listener, listenerFailed(log))]);
  const onError = requestFailed(log, meter);
  const around = neighbours({ config, state, at: () => atInternal, clock });
  const passedOnFor = around.arrivals.clientOf;
  const guarding = { config, clock, meter, log, write: options.audit, onError, passedOnFor };
  const { door, admission, audit, accessOf } = entrance(guarding);
  const events = sessionEvents({ clock, meter, roomOf: roomIn(allRooms), videoAt: (id) => videoIndex(table.get(id)) });
  const listeners = listenersOf(events, state, options);
  const table = sessions({ media, rooms: allRooms, clock, log, meter, admission, audit, ...listeners });
  allRooms.configure(state.settings.rooms);

  const parts = { state, rooms: allRooms, sessions: table, media, clock, meter, shortage };
  const { newSessionId: newId } = around.peers;
  const untraced = endpoints({ ...parts, admission, events: events.subscriber, accessOf, newId });
  const traced = tracedEndpoints(untraced, tracer, spans);
  const open = { door, endpoints: traced, events, around, clock, tracer, meter, onError };
  const { app, internal } = httpServers({ ...open, maxConnections: config.maxConnections, internals: inside });
  const close = async () => {
    stop();
    table.endAll('Shutdown');
    await Promise.all([app.close(), internal.close()]);
    await media.close();
    // Only now: the media thread would take a heart that stands still for a hang.
    heart.stop();
  };
  const listening = Promise.all([listen(internal, config.internal), listen(app, config.http)]);
  const [atInternal, atHttp] = await listening.catch(closing(close));
  const spareMemory = givingBack(giveBackEveryMs);
  const local = { http: atHttp, internal: atInternal, media: media.local };
  started(log, local, state.settings);
  onSettings?.(state.settings, local);
  const stopWatching = watchSettings(files, state.settings, {
    onSettings: (settings, changed) => {
      state.settings = settings;
      allRooms.configure(settings.rooms);
      settingsChanged(log, settings, changed);
      onSettings?.(settings, local);
    },
    onProblem: settingsRefused(log, meter),
    everyMs: rereadMs,
  });
  return {
    local,
    drain: () => drain({ state, rooms: allRooms, sessions: table, clock }),
    close: async () => {
      stopWatching();
      spareMemory.stop();
      await close();
    },
    uncaught: () => meter.failed('Uncaught'),
  };
}

/** For what cannot go on: nothing stays open. */
const closing = (close: () => Promise<void>) => async (error: unknown) => {
  await close();
  throw error;
};

const roomIn = (all: Rooms) => (id: string) => (all.has(id) ? all.get(id).room : undefined);

/** Clients are told by events. */
const listenersOf = (
  { publisher, ended }: SessionEvents,
  state: ServerState,
  { config, ...telling }: Pick<ServerOptions, 'config' | 'log' | 'clock'>,
) => ({
  unreached: unreached({
    ...telling,
    announced: () => state.settings.announced,
    isOperated: config.isOperated === true,
  }),
  hinted: publisher.hints,
  ended: (id: string, why: SessionEnd) => ended(id, returns(state, why)),
});

/** The media thread watches the main one, unless that may hang for ever. */
const watchdogOf = ({ beats }: Heart, limitMs = 0) => (limitMs > 0 ? { watchdog: { beats, limitMs } } : {});

async function listen(app: HttpServers['app'], { address, port }: Endpoint): Promise<Endpoint> {
  await app.listen({ host: address, port });
  const bound = app.server.address();
  return typeof bound === 'object' && bound ? bound : { address, port };
}
