import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodStats } from '#crds/pod-stats.ts';
import { trustedProxies } from '#server/access/client-address.ts';
import type { Config } from '#server/config/config.ts';
import { jsonLog } from '#server/log.ts';
import { type Endpoint, hostPort } from '#server/media/udp/address.ts';
import type { Clock } from '#server/room/rooms.ts';
import { type Server, startServer } from '#server/server.ts';
import { replaceFile } from '#test/harness/replace-file.ts';
import { seriesValue } from './series.ts';

const loopback = { address: '127.0.0.1', port: 0 };
/** A room with a token for each role, and one that is open to all. */
export const stageAndOpen = `
rooms:
  - name: stage
  - name: open
    publish: { auth: { mode: None } }
    play: { auth: { mode: None } }
`;
export const tokens = { publish: 'the-publish-token', play: 'the-play-token' };

export const realClock: Clock = {
  now: Date.now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** A whole server in this process, on ports of its own. */
export interface Running {
  readonly server: Server;
  /** Its log, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** A request to a path of the public port. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A request to a path of the internal port. */
  inside(path: string): Promise<Response>;
  stats(): Promise<PodStats>;
  /** The value of a series such as `live_rooms` or `live_subscribers{room="a"}`; undefined when there is none. */
  metric(series: string): Promise<number | undefined>;
  writeRooms(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function running(rooms: string, change: Partial<Config> = {}, clock: Clock = realClock): Promise<Running> {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-server-'));
  const roomsFile = join(dir, 'rooms.yaml');
  const writeRooms = (text: string) => replaceFile(roomsFile, text);
  await writeRooms(rooms);
  const log: Record<string, unknown>[] = [];
  const write = (line: string) => void log.push(JSON.parse(line));
  const server = await startServer({
    config: {
      http: loopback,
      internal: loopback,
      media: loopback,
      roomsFile,
      defaultTokens: tokens,
      logLevel: 'debug',
      proxies: trustedProxies(['private']),
      joinsPerSecondPerAddress: 20,
      busyLimitRatio: Number.POSITIVE_INFINITY,
      maxConnections: 10_000,
      metrics: { prefix: '', constLabels: {}, hasDefaults: true, reuseMs: 0 },
      ...change,
    },
    log: jsonLog('debug', write, () => new Date()),
    audit: write,
    clock,
    onFatal: (error) => {
      throw error;
    },
  });
  const url = (at: Endpoint, path: string) => `http://${hostPort(at)}${path}`;
  const inside = (path: string) => fetch(url(server.local.internal, path));
  return {
    server,
    log,
    fetch: (path, init) => fetch(url(server.local.http, path), { redirect: 'manual', ...init }),
    inside,
    stats: async () => (await (await inside('/stats')).json()) as PodStats,
    metric: async (series) => seriesValue(await (await inside('/metrics')).text(), series),
    writeRooms,
    stop: async () => {
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** A POST of an offer, with the token that fits. */
export const post = (at: Pick<Running, 'fetch'>, path: string, sdp: string, headers: Record<string, string> = {}) =>
  at.fetch(path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/sdp',
      Authorization: `Bearer ${path.endsWith('whip') ? tokens.publish : tokens.play}`,
      ...headers,
    },
    body: sdp,
  });

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}
export const problem = async (response: Response) => (await response.json()) as Problem;
