import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, lastLines } from '../run.ts';

/** A program that runs until it is stopped. */
export interface Daemon {
  readonly name: string;
  /** Rejects, with the end of its log, if the program ends before it is stopped; never resolves. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes everything that it writes. */
  readonly logFile: string;
}

/**
 * Starts a program in a process group of its own, so that a Ctrl-C at the terminal does not end it before those that
 * need it.
 */
export async function startDaemon(file: string, args: readonly string[], options: DaemonOptions): Promise<Daemon> {
  const name = basename(file);
  const { cwd, env, logFile } = options;
  const log = await open(logFile, 'a');
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', log.fd, log.fd] });
  const exited = once(child, 'exit');
  try {
    await once(child, 'spawn');
  } finally {
    await log.close();
  }
  let isStopping = false;
  const failed = exited.then(async ([code, signal]): Promise<never> => {
    if (isStopping) return await new Promise<never>(() => undefined);
    throw new Error(
      `${name} ended with ${signal ?? code}. The end of ${logFile}:\n${lastLines(await readFile(logFile, 'utf8'))}`,
    );
  });
  failed.catch(() => undefined);
  return {
    name,
    failed,
    async stop() {
      isStopping = true;
      // Nothing of it is to be kept, and kube-apiserver takes its time over a SIGTERM.
      killGroup(child.pid);
      await exited;
    },
  };
}

/**
 * Asks every 50 ms until `isReady`, and fails with the end of the program's log if it ends before, or after the
 * deadline.
 */
export async function ready(daemon: Daemon, isReady: () => Promise<boolean>, { logFile, deadlineMs }: ReadyOptions) {
  const endsAt = performance.now() + deadlineMs;
  const poll = async () => {
    while (!(await isReady().catch(() => false))) {
      if (performance.now() > endsAt) {
        const log = lastLines(await readFile(logFile, 'utf8'));
        throw new Error(`${daemon.name} is not ready after ${deadlineMs / 1000} s. The end of ${logFile}:\n${log}`);
      }
      await sleep(50);
    }
  };
  await Promise.race([poll(), daemon.failed]);
}

export interface ReadyOptions {
  readonly logFile: string;
  readonly deadlineMs: number;
}
