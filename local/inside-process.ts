import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endMarked, mark } from './marked-processes.ts';
import type { FrontSocket, StartSettings, ToInside, ToOutside } from './messages.ts';
import { namespaceCommand } from './network.ts';
import { killGroup, lastLines } from './run.ts';
import { bind, listen } from './sockets.ts';

/** What the process inside says once the cluster runs. */
export type Ready = Extract<ToOutside, { kind: 'ready' }>;

export interface InsideProcess {
  readonly ready: Promise<Ready>;
  /** Rejects when the cluster cannot start or go on; never resolves. */
  readonly failed: Promise<never>;
  /** Ends it and all that it has started. */
  stop(): Promise<void>;
}

export interface InsideOptions {
  readonly settings: StartSettings;
  /** Handed over: closed in this process. */
  readonly front: Readonly<Partial<Record<FrontSocket, Server>>>;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (text: string) => void;
}

/** How long the inside may take to end by itself. */
const stopDeadlineMs = 10_000;

/** Starts the process inside, in namespaces of its own if the site says so. */
export async function startInside({ settings, front, env, log }: InsideOptions): Promise<InsideProcess> {
  const { site, dir, logsDir, hostAddress } = settings;
  const script = [process.execPath, join(import.meta.dirname, 'inside.ts')];
  const [file = '', ...args] = site.kind === 'namespace' ? [...namespaceCommand, ...script] : script;
  const logFile = join(logsDir, 'inside.log');
  const output = await open(logFile, 'a');
  const child = spawn(file, args, {
    env: { ...env, ...mark(dir) },
    // A Ctrl-C at the terminal is for this process, which ends the cluster in order.
    detached: true,
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  await output.close();
  const exited = once(child, 'exit');
  const ready = Promise.withResolvers<Ready>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);

  child.on('message', (message: ToOutside) => {
    if (message.kind === 'log') log(message.text);
    else if (message.kind === 'ready') ready.resolve(message);
    else if (message.kind === 'failed') failed.reject(new Error(message.message));
    else void answer(child, message, hostAddress);
  });
  exited
    .then(async () => {
      const end = lastLines(await readFile(logFile, 'utf8').catch(() => ''));
      failed.reject(new Error(`the cluster's first process ended. The end of its log:\n${end}`));
    })
    .catch(failed.reject);
  tell(child, { kind: 'start', settings });
  for (const [name, socket] of Object.entries(front)) handOver(child, name, socket);

  return {
    ready: ready.promise,
    failed: failed.promise,
    async stop() {
      tell(child, { kind: 'stop' });
      await Promise.race([exited, sleep(stopDeadlineMs, undefined, { ref: false })]);
      killGroup(child.pid);
      await exited;
      // Processes of a namespace are gone with its first one.
      if (site.kind === 'loopback') await endMarked(dir);
    },
  };
}

/** Opens what the inside asks for. */
async function answer(child: ChildProcess, asked: Extract<ToOutside, { kind: 'open' }>, hostAddress: string) {
  const { id, protocol, port } = asked;
  try {
    handOver(child, id, protocol === 'TCP' ? await listen(hostAddress, port) : await bind(hostAddress, port));
  } catch (error) {
    tell(child, { kind: 'refused', id, message: (error as Error).message });
  }
}

/** Gives a socket away. Kept open here, it would take packets and connections that nobody reads. */
function handOver(child: ChildProcess, id: string, socket: Server | Socket): void {
  if (!child.connected) return void socket.close();
  child.send({ kind: 'socket', id } satisfies ToInside, socket, {}, () => socket.close());
}

/** A process that has ended needs no message. */
function tell(child: ChildProcess, message: ToInside): void {
  if (child.connected) child.send(message, () => undefined);
}
