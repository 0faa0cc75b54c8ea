/** On what machine figures were measured, and what else it had to do meanwhile: absolute ones mean nothing without. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { machineMs, othersPercent, processTreeMs } from './operator/cpu.ts';

export interface Machine {
  readonly node: string;
  readonly system: string;
  readonly cpu: string;
  /** That may be used. */
  readonly cores: number;
  readonly memoryGB: number;
}

export interface Load {
  /** Means of the last minute, as the system keeps them: threads that run or want to. */
  readonly before: number;
  /** The bench itself included. */
  readonly after: number;
  /** Part of all CPUs that was used by others than the bench, or by the host for other machines. */
  readonly othersPercent: number;
}

export const machine = (): Machine => ({
  node: process.version,
  system: `${type()} ${release()}`,
  cpu: cpus()[0]?.model ?? 'of no name',
  cores: availableParallelism(),
  memoryGB: Math.round(totalmem() / 1e9),
});

/** Numbers of the processors that a process may run on, from the text of its /proc/PID/status. */
export function allowedProcessors(status: string): readonly number[] {
  const ranges = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1]?.split(',') ?? [];
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** Begins to watch. What it returns resolves to the load since. */
export async function watchLoad(): Promise<() => Promise<Load>> {
  const before = await looked();
  return async () => {
    const after = await looked();
    const other = after.machineMs - before.machineMs - (after.ownMs - before.ownMs);
    const percent = othersPercent({ other: Math.max(0, other) }, after.atMs - before.atMs, cpus().length);
    return { before: before.load, after: after.load, othersPercent: percent };
  };
}

/** Processes that the bench started count as its own once they have ended. */
async function looked() {
  const [all, own] = await Promise.all(['/proc/stat', '/proc/self/stat'].map((file) => readFile(file, 'utf8')));
  const [load = 0] = loadavg();
  return { atMs: performance.now(), load, machineMs: machineMs(all ?? ''), ownMs: processTreeMs(own ?? '') };
}

/** As the table begins. */
export function machineText({ node, system, cpu, cores, memoryGB }: Machine, load: Load): string {
  const busy = `load ${load.before.toFixed(2)} before and ${load.after.toFixed(2)} after`;
  const others = `others took ${load.othersPercent.toFixed(0)} % of the CPUs`;
  return `Node ${node}, ${system}, ${cores} × ${cpu}, ${memoryGB} GB; ${busy}, ${others}`;
}
