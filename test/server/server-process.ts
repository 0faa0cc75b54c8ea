import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint } from '#server/media/udp/address.ts';
import { replaceFile } from '#test/harness/replace-file.ts';
import { seriesValue } from './series.ts';

/** `npm run sfu` as a process, on ports that it chose itself. */
export interface ServerProcess {
  /** A URL of its public port. */
  url(path: string): string;
  /** Where it is bound for media. */
  readonly media: Endpoint;
  /** All of them, as text. */
  metrics(): Promise<string>;
  /** The value of a series; undefined when there is none. */
  metric(series: string): Promise<number | undefined>;
  /** What it has told the person who started it. */
  told(): string;
  /** The lines of its log. */
  readonly said: readonly string[];
  writeRooms(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  exitCode(): Promise<number | null>;
  end(): Promise<void>;
}

interface Started {
  readonly http: { readonly port: number };
  readonly internal: { readonly port: number };
  readonly media: Endpoint;
}

/**
 * Starts a server with the rooms of a rooms file, with these variables beside our own, and with media at that address.
 * Resolves when it listens; rejects with what it said when it ended.
 */
export async function serverProcess(
  roomsFile: string,
  env: Readonly<Record<string, string>> = {},
  mediaAddress = '127.0.0.1',
): Promise<ServerProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-sfu-'));
  const rooms = join(dir, 'rooms.yaml');
  await writeFile(rooms, roomsFile);
  const anyPort = ['--http', '127.0.0.1:0', '--internal', '127.0.0.1:0', '--media', `${mediaAddress}:0`];
  const child = spawn(
    process.execPath,
    ['server/main.ts', rooms, ...anyPort, '--publish-token', 'the-publish-token', '--play-token', 'the-play-token'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const started = Promise.withResolvers<Started>();
  const said: string[] = [];
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (line.includes('"server started"')) started.resolve(JSON.parse(line) as Started);
  });
  void exited.then(() => started.reject(new Error(`the server ended: ${said.join('\n')}`)));
  const { http, internal, media } = await started.promise;
  const metrics = async () => (await fetch(`http://127.0.0.1:${internal.port}/metrics`)).text();
  return {
    url: (path) => `http://127.0.0.1:${http.port}${path}`,
    media,
    metrics,
    metric: async (series) => seriesValue(await metrics(), series),
    told: () => told,
    said,
    writeRooms: (text) => replaceFile(rooms, text),
    signal: (name) => void child.kill(name),
    exitCode: async () => (await exited)[0],
    end: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true });
    },
  };
}
