import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Called with each whole line of standard error. */
  readonly onErrorLine?: (line: string) => void;
  /** Aborting kills the command and everything it started. */
  readonly signal?: AbortSignal | undefined;
}

/** A command that ended badly; the message has the end of what it wrote. */
export class CommandFailed extends Error {
  /** False: there is no such command. */
  readonly wasStarted: boolean;
  /** The end of what it wrote, by itself. */
  readonly said: string;
  constructor(message: string, wasStarted: boolean, said = '') {
    super(message);
    this.wasStarted = wasStarted;
    this.said = said;
  }
}

/**
 * Runs a command to its end and returns its standard output. The command has a process group of its own, so that a
 * Ctrl-C at the terminal reaches us alone, and we end the whole group.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const child = spawn(command, args, { ...spawnOptions(options), detached: true, stdio: 'pipe' });
  const abort = () => killGroup(child.pid);
  options.signal?.addEventListener('abort', abort);
  let out = '';
  let errors = '';
  let line = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) options.onErrorLine?.(whole);
  });
  // A command that ends without reading its input is told apart by its exit code.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  try {
    const [code, killedBy] = await once(child, 'close');
    options.signal?.throwIfAborted();
    if (code === 0) return out;
    const words = [command, ...args].join(' ');
    const said = lastLines(errors || out);
    throw new CommandFailed(`\`${words}\` ended with ${killedBy ?? code}:\n${said}`, true, said);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandFailed(`there is no command ${command}`, false);
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

const spawnOptions = ({ cwd, env }: RunOptions) => ({
  ...(cwd === undefined ? {} : { cwd }),
  ...(env === undefined ? {} : { env }),
});

/** The end of a text, as much as helps. */
export const lastLines = (text: string, count = 15) => text.trimEnd().split('\n').slice(-count).join('\n');

/** SIGKILL to a process group; nothing if it has ended. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
