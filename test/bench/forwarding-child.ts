/**
 * The process that is measured, and how the bench talks to it: what forwards runs alone in a process of its own, so that
 * the CPU time of that process is the cost of forwarding and of nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

/** What the process has done since it started. */
export interface Usage {
  readonly cpuMicroseconds: number;
  /** Packets handed to the kernel, all subscribers together. */
  readonly forwarded: number;
}

export interface Child {
  /** Sends a question and resolves to the answer; one at a time. */
  ask<T>(question: unknown): Promise<T>;
  usage(): Promise<Usage>;
  threads(): Promise<readonly ThreadTime[]>;
  stop(): Promise<void>;
}

const usageQuestion = 'usage';
const threadsQuestion = 'threads';

export interface ChildOptions {
  /** Those that it may run on, by their numbers; all unless said. */
  readonly processors?: readonly number[];
  /** Runs only while nobody else wants its processor (SCHED_IDLE), who then has it at once. */
  readonly isIdle?: boolean;
  /** Options of node, beside our own. */
  readonly nodeOptions?: readonly string[];
  /** Beside our own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** As the server does for the thread that uses `node:ffi`. */
const ownOptions = ['--disable-warning=ExperimentalWarning'];

/** Starts a script. Questions are rejected when the process ends early. */
export async function startChild(script: URL, options: ChildOptions = {}): Promise<Child> {
  const { nodeOptions = [], env = {} } = options;
  const execArgv = [...ownOptions, ...nodeOptions];
  const child = fork(script, {
    serialization: 'advanced',
    env: { ...process.env, ...env },
    ...confined(options, execArgv),
  });
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${script.pathname} ended with code ${code}`)),
  );
  ended.catch(() => undefined);
  const ask = async <T>(question: unknown): Promise<T> => {
    const answer = once(child, 'message');
    child.send(question as Parameters<ChildProcess['send']>[0]);
    const [message] = await Promise.race([answer, ended]);
    return message as T;
  };
  return {
    ask,
    usage: () => ask<Usage>(usageQuestion),
    threads: () => ask<readonly ThreadTime[]>(threadsQuestion),
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** By util-linux' taskset and chrt, each of which becomes the process that it is given. */
function confined({ processors, isIdle = false }: ChildOptions, execArgv: readonly string[]) {
  const placed = processors === undefined ? [] : ['taskset', '-c', processors.join(',')];
  const [execPath = '', ...rest] = [...placed, ...(isIdle ? ['chrt', '--idle', '0'] : []), process.execPath];
  return { execPath, execArgv: [...rest, ...execArgv] };
}

/** The child's side: answers questions until the parent hangs up; then the process ends. */
export function answer(
  respond: (question: never) => unknown,
  forwarded: () => number | Promise<number>,
  cpuMicroseconds: () => number | Promise<number> = ofProcess,
): void {
  process.on('message', async (question) => {
    if (question === threadsQuestion) process.send?.(await threadTimes());
    else if (question === usageQuestion)
      process.send?.({ cpuMicroseconds: await cpuMicroseconds(), forwarded: await forwarded() });
    else process.send?.((await respond(question as never)) ?? 'done');
  });
  process.once('disconnect', () => process.exit());
}

export function ofProcess(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** CPU time of those of this process’s threads whose names begin so. */
export async function ofThread(name: string): Promise<number> {
  const all = await threadTimes();
  return all.reduce((sum, each) => sum + (each.name.startsWith(name) ? each.cpuMicroseconds : 0), 0);
}

/** A thread, and what it has taken since it started. */
export interface ThreadTime {
  readonly id: string;
  readonly name: string;
  readonly cpuMicroseconds: number;
}

/** Of this process. */
async function threadTimes(): Promise<readonly ThreadTime[]> {
  const tasks = '/proc/self/task';
  const times = (await readdir(tasks)).map(async (id) => {
    const [comm, schedstat] = await Promise.all(
      ['comm', 'schedstat'].map((file) => readFile(`${tasks}/${id}/${file}`, 'utf8')),
    );
    return { id, name: comm?.trim() ?? '', cpuMicroseconds: Number(schedstat?.split(' ')[0]) / 1000 };
  });
  return Promise.all(times);
}
