/** Everything put together: settings, rooms, media, HTTP. Knows no environment, no signals and no exit. */
import { noTracer, type Tracer } from '#tracing/tracer.ts';
import type { Config } from './config/config.ts';
import { endpoints } from './endpoints.ts';
import { entrance } from './entrance.ts';
import { type SessionEvents, sessionEvents } from './events/session-events.ts';
import type { ViewerEvents } from './events/viewer-events.ts';
import { type HttpServers, httpServers } from './http-servers.ts';
import { type Log, stackOf } from './log.ts';
import type { MediaEvents } from './media/plane.ts';
import { startMediaPlane } from './media/thread.ts';
import type { Endpoint } from './media/udp/address.ts';
import { guarded, type Meter, meterOf, type SessionMeter } from './meter.ts';
import type { MetricsOptions } from './metrics/metrics.ts';
import { neighbours } from './neighbours.ts';
import { givingBack } from './node/spare-memory.ts';
import { observation } from './observation/observation.ts';
import { type Heart, startHeart } from './probes/heart.ts';
import { type Clock, type Rooms, roomId, rooms } from './room/rooms.ts';
import { dtlsIdentity } from './rtc/dtls/dtls.ts';
import { fastestCrypto } from './rtc/dtls/dtls-crypto.ts';
import { videoIndex } from './session/chosen-layer.ts';
import { type SessionEnd, type Sessions, sessions } from './session/sessions.ts';
import { unreached } from './session/unreached.ts';
import type { SettingsPart } from './settings/changes.ts';
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
  const told = eventsOf({ sessions: () => table, viewers: () => events.subscriber, log, onFailure: onFatal });
  const media = await startMediaPlane({ ...config.media, ...watchdog, events: told });
  const files = { ...config, media: { ...config.media, ...media.local } };
  const state: ServerState = { settings: await readSettings(files), isDraining: false, identity: ownIdentity(log) };
  const end = (session: string, reason: SessionEnd) => table.end(session, reason);
  const allRooms = rooms(clock, end, (room) => events.subscriber.changed(room));
  const seen = { media, rooms: allRooms, state, sessions: () => table.count(), clock, heart, log, config, onMetrics };
  const { meter: counted, shortage, stop, ...inside } = await observation(seen);
  const spans = roomSpans(tracer);
  const meter = meterOf([counted, spans, guarded(listener, toldBy(log))]);
  const onError = requestFailed(meter, log);
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
  log.info('server started', { ...local, ...summary(state.settings) });
  onSettings?.(state.settings, local);
  const stopWatching = watchSettings(files, state.settings, {
    onSettings: (settings, changed) => {
      state.settings = settings;
      allRooms.configure(settings.rooms);
      logChanges(log, settings, changed);
      onSettings?.(settings, local);
    },
    onProblem: settingsRefused(meter, log),
    everyMs: rereadMs,
  });
  return {
    local,
    drain: async () => {
      const timeoutMs = beginDrain(state, clock);
      allRooms.drain();
      await emptied(table, clock, timeoutMs);
    },
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

/** Whether a viewer whose session ends so is to ask again at once: it was we who had to go. */
const returns = ({ isDraining }: ServerState, reason: SessionEnd): boolean =>
  reason === 'Shutdown' || (isDraining && reason === 'PublisherGone');

const requestFailed = (meter: Meter, log: Log) => (error: unknown) => {
  meter.failed('Http');
  log.error('request failed', { error: stackOf(error) });
};

const settingsRefused = (meter: Meter, log: Log) => (message: string) => {
  meter.failed('Settings');
  log.error('settings cannot be used: those of before stay in force, but a side whose token is missing is closed', {
    error: message,
  });
};

/** For an embedder's errors. */
const toldBy = (log: Log) => (error: unknown) => log.error('a listener failed', { error: stackOf(error) });

const threadRefused = (log: Log) => (reason: string) =>
  log.warn(
    'no further thread to send by could begin, so viewers share those that there are until the process starts anew: ' +
      'raise the limit of processes (pids) of the container or node, or its memory',
    { error: reason },
  );

/** Says so where handshakes are slower than they could be. */
const ownIdentity = (log: Log) =>
  dtlsIdentity({
    crypto: fastestCrypto((reason) =>
      log.warn('handshakes are calculated by node:crypto, not through node:ffi: a join takes more CPU', { reason }),
    ),
  });

/** The media plane must be told whom to call before there is anybody. It has nothing to say until then. */
const eventsOf = ({ sessions, viewers, log, onFailure }: MediaListeners): MediaEvents => ({
  onDtls: (id, datagram) => sessions().events.onDtls(id, datagram),
  onConnected: (id) => sessions().events.onConnected(id),
  onMedia: (id) => sessions().events.onMedia(id),
  onFirstFrame: (id) => sessions().events.onFirstFrame(id),
  onHints: (id, hints) => sessions().events.onHints(id, hints),
  onLayers: (id, layers) => {
    const room = sessions().get(id)?.room;
    if (room !== undefined) viewers().layers(room, layers);
  },
  onHeld: (id, isHeld) => viewers().held(id, isHeld),
  onClosed: (id, reason) => sessions().events.onClosed(id, reason),
  onThreadRefused: threadRefused(log),
  onFailure,
});

interface MediaListeners {
  readonly sessions: () => Sessions;
  readonly viewers: () => ViewerEvents;
  readonly log: Log;
  readonly onFailure: (error: Error) => void;
}

/** How long it may take. */
function beginDrain(state: ServerState, clock: Clock): number {
  const { drainTimeoutMs } = state.settings;
  state.isDraining = true;
  state.drainEndsMs = clock.now() + drainTimeoutMs;
  return drainTimeoutMs;
}

/** Resolves when the last session has ended, or after that time. */
async function emptied(sessions: Sessions, clock: Clock, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(timeoutMs, resolve);
  await Promise.race([sessions.empty(), promise]);
  cancel();
}

/** The media thread watches the main one, unless that may hang for ever. */
const watchdogOf = ({ beats }: Heart, limitMs = 0) => (limitMs > 0 ? { watchdog: { beats, limitMs } } : {});

async function listen(app: HttpServers['app'], { address, port }: Endpoint): Promise<Endpoint> {
  await app.listen({ host: address, port });
  const bound = app.server.address();
  return typeof bound === 'object' && bound ? bound : { address, port };
}

/** Which other pods there are is no setting: nobody has edited anything. */
function logChanges(log: Log, settings: Settings, changed: readonly SettingsPart[]) {
  const edited = changed.filter((part) => part !== 'other pods');
  if (edited.length > 0) log.info('settings changed', { changed: edited, ...summary(settings) });
  if (edited.length < changed.length) log.debug('other pods changed', { pods: settings.otherPods?.length });
}

const summary = ({ rooms, announced }: Settings) => ({ rooms: rooms.map(roomId), announced });
