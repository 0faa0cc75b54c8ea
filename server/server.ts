/** Everything put together: settings, rooms, media, HTTP. Knows no environment, no signals and no exit. */
import { join } from 'node:path';
import type { Config } from './config.ts';
import { endpoints, type ServerState } from './endpoints.ts';
import { internalServer } from './http/internal-server.ts';
import { pageFiles } from './http/pages.ts';
import { publicServer } from './http/public-server.ts';
import type { Log } from './log.ts';
import type { MediaEvents, MediaPlane, MediaSnapshot } from './media/plane.ts';
import { startMediaPlane } from './media/thread.ts';
import { metrics } from './metrics/metrics.ts';
import { type Clock, type Rooms, roomId, rooms } from './room/rooms.ts';
import type { Endpoint } from './rtc/answer.ts';
import { type Sessions, sessions } from './sessions.ts';
import { readSettings, type Settings, watchSettings } from './settings.ts';
import { leftOver, podStats, status } from './status.ts';

export interface Server {
  /** What was bound; the ports are useful where 0 was asked for. */
  readonly local: { readonly http: Endpoint; readonly internal: Endpoint; readonly media: Endpoint };
  /** Takes no new sessions any more, and keeps no viewers without a publisher. Resolves when the last has ended, or after the drain time-out. */
  drain(): Promise<void>;
  /** Ends all sessions, with a farewell to their clients, and gives every port back. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** Called once the server listens, and again with all changes. */
  readonly onSettings?: (settings: Settings, local: Server['local']) => void;
  /** Media cannot flow any more; the process should end. */
  readonly onFatal: (error: Error) => void;
}

/** How often files are read again when nothing says that they have changed. */
const rereadMs = 1000;
/** Less than a probe's own time-out. */
const pingTimeoutMs = 1500;

/** Rejects with the reason when settings cannot be read or a port cannot be bound. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log, clock, onSettings, onFatal } = options;
  await readSettings(config); // what is missing is told before anything is bound
  const media = await startMediaPlane({ ...config.media, events: eventsOf(() => table, onFatal) });
  const files = { ...config, media: media.local };
  const state: ServerState = { settings: await readSettings(files), isDraining: false, identity: undefined };
  const allRooms = rooms(clock, (session, reason) => table.end(session, reason));
  const look = async () => status(allRooms.list(), await snapshot(media, allRooms), state.isDraining);
  const meter = metrics(look);
  const table = sessions({ media, rooms: allRooms, clock, log, onFailed: meter.refused });
  allRooms.configure(state.settings.rooms);

  const app = publicServer({
    endpoints: endpoints({ state, rooms: allRooms, sessions: table, media }),
    files: pageFiles(join(import.meta.dirname, 'http/pages')),
    onRefused: meter.refused,
    onError: (error) => log.error('request failed', { error: String(error instanceof Error ? error.stack : error) }),
  });
  const internal = internalServer({
    live: () => pinged(media, clock),
    ready: async () => (state.settings.announced ? undefined : 'the media address is not known yet'),
    stats: async () => podStats(status(allRooms.list(), await media.snapshot(), state.isDraining)),
    metrics: meter.scrape,
  });
  const close = async () => {
    table.endAll('Shutdown');
    await Promise.all([app.close(), internal.close()]);
    await media.close();
  };
  const listening = Promise.all([listen(internal, config.internal), listen(app, config.http)]);
  const [atInternal, atHttp] = await listening.catch(async (error) => {
    await close();
    throw error;
  });
  const local = { http: atHttp, internal: atInternal, media: media.local };
  log.info('server started', { ...local, ...summary(state.settings) });
  onSettings?.(state.settings, local);
  const stopWatching = watchSettings(files, state.settings, {
    onSettings: (settings) => {
      state.settings = settings;
      allRooms.configure(settings.rooms);
      log.info('settings changed', summary(settings));
      onSettings?.(settings, local);
    },
    onProblem: (message) => log.error('settings cannot be used', { error: message }),
    everyMs: rereadMs,
  });
  return {
    local,
    drain: async () => {
      state.isDraining = true;
      allRooms.drain();
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(state.settings.drainTimeoutMs, resolve);
      await Promise.race([table.empty(), promise]);
      cancel();
    },
    close: async () => {
      stopWatching();
      await close();
    },
  };
}

/** The media plane must be told whom to call before there is anybody. It has nothing to say until then. */
const eventsOf = (sessions: () => Sessions, onFailure: (error: Error) => void): MediaEvents => ({
  onDtls: (id, datagram) => sessions().events.onDtls(id, datagram),
  onConnected: (id) => sessions().events.onConnected(id),
  onMedia: (id) => sessions().events.onMedia(id),
  onFirstFrame: (id) => sessions().events.onFirstFrame(id),
  onClosed: (id, reason) => sessions().events.onClosed(id, reason),
  onFailure,
});

/** What is read for a scrape. Rooms that are gone are in it once more, and forgotten after that. */
async function snapshot(media: MediaPlane, rooms: Rooms): Promise<MediaSnapshot> {
  const seen = await media.snapshot();
  for (const id of leftOver(rooms.list(), seen)) media.removeRoom(id);
  return seen;
}

/** Undefined when the media thread turns its loop in time. That this function answers shows the same of this thread. */
async function pinged(media: MediaPlane, clock: Clock): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const cancel = clock.after(pingTimeoutMs, () => resolve(`the media thread has not answered for ${pingTimeoutMs} ms`));
  const answered = media.ping().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  return Promise.race([answered, promise]).finally(cancel);
}

async function listen(app: ReturnType<typeof publicServer>, { address, port }: Endpoint): Promise<Endpoint> {
  await app.listen({ host: address, port });
  const bound = app.server.address();
  return typeof bound === 'object' && bound ? bound : { address, port };
}

const summary = ({ rooms, announced }: Settings) => ({ rooms: rooms.map(roomId), announced });
