import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandLine } from './command-line.ts';

/** A container's main process, leader of a process group of its own. */
export interface ContainerProcess {
  readonly pid: number;
  /** Its exit code, 128 + the signal's number if a signal ended it. By then its whole group is gone, its output read. */
  readonly ended: Promise<number>;
  /** SIGTERM to the main process, which is whom a container runtime tells. */
  terminate(): void;
  /** SIGKILL to it and to all its children. */
  kill(): void;
}

interface Output {
  readonly stdout: (chunk: Buffer | undefined) => void;
  readonly stderr: (chunk: Buffer | undefined) => void;
}

/** How long output is waited for that a process left behind in another group may still hold open. */
const lastOutputMs = 1_000;

/** Starts it; rejects, with the system's message, if it cannot be executed. */
export async function startProcess(
  { file, args, cwd }: CommandLine,
  env: Readonly<Record<string, string>>,
  { stdout, stderr }: Output,
): Promise<ContainerProcess> {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', stdout);
  child.stderr.on('data', stderr);
  const closed = once(child, 'close').catch(() => {});
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} was started without a process id`);

  const ended = exited.then(async (exitCode) => {
    signalGroup(pid, 'SIGKILL');
    await Promise.race([closed, sleep(lastOutputMs, undefined, { ref: false })]);
    stdout(undefined);
    stderr(undefined);
    return exitCode;
  });
  return {
    pid,
    ended,
    terminate: () => void child.kill('SIGTERM'),
    kill: () => signalGroup(pid, 'SIGKILL'),
  };
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
