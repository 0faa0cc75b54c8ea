/** A whole server as a process with the options of a pod's, and clients that join it as another, for as long as something is measured. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { youngGeneration } from '#operator/build/origin-pod.ts';
import { tokens } from '#test/server/running.ts';
import { type Child, type ChildOptions, startChild } from './forwarding-child.ts';
import type { JoiningQuestion, Place } from './joining-child.ts';
import type { Listening, ServerQuestion } from './server-child.ts';

export interface Stage {
  readonly server: Child;
  readonly joiners: Child;
  /** Where the joiners go. They have a publisher there, which sends nothing. */
  readonly hall: Place;
  /** Where media flows, if it is sent. */
  readonly stage: Place;
}

const rooms = ['stage', 'hall'] as const;
const roomsFile = `rooms: [${rooms.map((name) => `{name: ${name}, publish: {codecs: [VP8]}}`).join(', ')}]`;

const serverScript = new URL('./server-child.ts', import.meta.url);
const probe = new URL('./heap-probe.ts', import.meta.url);
/** With what has been compiled once there is no compiler of TypeScript in memory, as in a server. */
const env = {
  NODE_OPTIONS: `--import=${probe.href}`,
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/node'),
};

/** Where each of the two runs; as it comes unless said. */
interface Places {
  readonly server?: Pick<ChildOptions, 'processors' | 'isIdle'>;
  readonly joiners?: Pick<ChildOptions, 'processors' | 'isIdle'>;
}

/** Resolves to what `play` does; then both processes are gone. */
export async function onStage<T>(play: (stage: Stage) => Promise<T>, places: Places = {}): Promise<T> {
  await using held = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-bench-'));
  held.defer(() => rm(dir, { recursive: true }));
  const file = join(dir, 'rooms.yaml');
  await writeFile(file, roomsFile);
  const ports = ['--http', '--internal', '--media'].flatMap((option) => [option, '127.0.0.1:0']);
  const secrets = ['--publish-token', tokens.publish, '--play-token', tokens.play];
  // All of them come from one address, some of them to a server that has all to do that it can.
  const limits = ['--joins-per-address', '0', '--busy-limit', '0'];
  const server = await startChild(serverScript, { env, nodeOptions: [youngGeneration], ...places.server });
  held.defer(() => server.stop());
  const { http } = await server.ask<Listening>({
    args: [file, ...ports, ...secrets, ...limits],
  } satisfies ServerQuestion);
  const joiners = await startChild(new URL('./joining-child.ts', import.meta.url), places.joiners);
  held.defer(() => joiners.stop());
  const place = (name: (typeof rooms)[number]): Place => ({
    origin: `http://127.0.0.1:${http}`,
    room: `/default/${name}`,
  });
  const hall = place('hall');
  await joiners.ask({ publishIn: hall } satisfies JoiningQuestion);
  return await play({ server, joiners, hall, stage: place('stage') });
}
