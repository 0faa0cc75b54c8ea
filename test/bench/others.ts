/** What else a machine has to do while something is measured. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Child, ofProcess } from './forwarding-child.ts';
import { machineMs, othersPercent } from './operator/cpu.ts';

/** Resolves to what `run` does, and to how much of all processors others took than this process and its children. */
export async function besideOthers<T>(children: readonly Child[], run: () => Promise<T>) {
  const look = async () => {
    const own = await Promise.all(children.map(async (child) => (await child.usage()).cpuMicroseconds));
    const ownMs = [ofProcess(), ...own].reduce((sum, microseconds) => sum + microseconds, 0) / 1000;
    return { atMs: performance.now(), otherMs: machineMs(readFileSync('/proc/stat', 'utf8')) - ownMs };
  };
  const before = await look();
  const result = await run();
  const after = await look();
  const other = Math.max(0, after.otherMs - before.otherMs);
  return { result, percent: othersPercent({ other }, after.atMs - before.atMs, cpus().length) };
}
