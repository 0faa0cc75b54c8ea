/** The end of a process whose main thread hangs, from another thread: nothing here waits for that one. */
import { writeSync } from 'node:fs';
import { jsonLog } from '../log.ts';

/** How the process ends: as what BSD calls an internal software error. 137 where Node has no `node:ffi`. */
export const hungExitCode = 70;

const stderr = 2;

/** Says how long the main thread has hung, and ends the process. Of a pod that fails the kubelet shows the end of the log. */
export function endHungProcess(silentMs: number): void {
  const seconds = Math.round(silentMs / 100) / 10;
  const message = `the main thread has hung for ${seconds} s: the process ends`;
  const write = (line: string) => ignoringErrors(() => writeSync(stderr, line));
  jsonLog('error', write, () => new Date()).error(message, { hungSeconds: seconds, exitCode: hungExitCode });
  ignoringErrors(exitAtOnce);
  process.kill(process.pid, 'SIGKILL');
}

/**
 * In a worker `process.exit` ends the worker, and `process.abort` is refused. A signal that the process sends itself is
 * ignored if it is the first of its container, even SIGKILL. So libc is asked, which ends all threads.
 */
function exitAtOnce(): void {
  const ffi = process.getBuiltinModule('node:ffi');
  ffi?.dlopen(null, { _exit: { return: 'void', arguments: ['int32'] } }).functions._exit(hungExitCode);
}

/** A full pipe, for one, must not keep the process alive. */
function ignoringErrors(act: () => void): void {
  try {
    act();
  } catch {}
}
