import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { internalPath, publicPath } from '#crds/contract.ts';
import type { PodStats, RoomStats } from '#crds/pod-stats.ts';
import { eventually } from '#test/harness/eventually.ts';
import { freePort } from '#test/harness/free-port.ts';
import type { RoomURLs } from '#test/harness/pages.ts';

const address = '127.0.0.1';
const tokens = { publish: 'the-publish-token', play: 'the-play-token' };

/** One media server as `npm run sfu` starts it. It keeps its ports over restarts. */
export interface Sfu {
  urls(room: string): RoomURLs;
  stats(room: string): Promise<RoomStats>;
  start(): Promise<void>;
  /** Resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process and removes what it needed. */
  remove(): Promise<void>;
}

/** A media server, not started yet, with the rooms of a rooms file. */
export async function sfu(roomsFile: string): Promise<Sfu> {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-pages-'));
  const rooms = join(dir, 'rooms.yaml');
  await writeFile(rooms, roomsFile);
  const [http, internal, media] = [await freePort(address), await freePort(address), await freeUdpPort()];
  const args = [
    ...['server/main.ts', rooms, '--log-level', 'warn'],
    ...['--http', `${address}:${http}`, '--internal', `${address}:${internal}`, '--media', `${address}:${media}`],
    ...['--publish-token', tokens.publish, '--play-token', tokens.play],
  ];
  const url = (path: string) => `http://${address}:${http}${path}`;
  const fromInside = (path: string) => fetch(`http://${address}:${internal}${path}`);
  let child: ReturnType<typeof spawn> | undefined;

  const end: Sfu['end'] = async (signal) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  return {
    urls: (room) => ({
      publisher: `${url(publicPath.publisher('default', room))}#token=${tokens.publish}`,
      player: `${url(publicPath.player('default', room))}#token=${tokens.play}`,
    }),
    stats: async (room) => {
      const { rooms } = (await (await fromInside(internalPath.stats)).json()) as PodStats;
      return rooms.find(({ name }) => name === room) ?? { namespace: 'default', name: room, subscribers: 0 };
    },
    start: async () => {
      child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      await eventually('the media server is ready', async () => (await fromInside(internalPath.readyz)).ok, 60_000);
    },
    end,
    remove: async () => {
      await end('SIGKILL');
      await rm(dir, { recursive: true });
    },
  };
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
