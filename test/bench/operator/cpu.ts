/** Whose CPU is used, as the kernel counts it. */
import { readFile } from 'node:fs/promises';

/** CPU time so far in ms, by name of the process; `other` is everybody else on this machine, and what its host took. */
export type Used = Readonly<Record<string, number>>;

/** The kernel counts in hundredths of a second. */
const tickMs = 10;

/** User and system time of a process so far; 0 for one that has ended. */
export async function cpuMs(pid: number): Promise<number> {
  return processMs(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

/** User and system time in the text of /proc/PID/stat; 0 in none. */
export const processMs = (text: string): number => timesMs(text, 2);

/** With that of its children which have ended and been waited for, and of theirs. */
export const processTreeMs = (text: string): number => timesMs(text, 4);

/** The first so many of: user and system time, and both of the children. */
function timesMs(text: string, count: number): number {
  // The name in brackets may hold anything; after it come the state and, 11 fields later, the times.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 11 + count).reduce((sum, field) => sum + Number(field), 0) * tickMs;
}

/** All CPUs of the machine, from the text of /proc/stat: what they did, and what a host gave to other machines meanwhile. */
export function machineMs(text: string): number {
  const [first = ''] = text.split('\n');
  const [user = 0, nice = 0, system = 0, _idle, _waiting, hard = 0, soft = 0, stolen = 0] = first
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + hard + soft + stolen) * tickMs;
}

/** What each of the processes has used so far. */
export async function used(processes: ReadonlyMap<string, number>): Promise<Used> {
  const pairs = [...processes].map(async ([name, pid]) => [name, await cpuMs(pid)] as const);
  const named = Object.fromEntries(await Promise.all(pairs));
  return { ...named, other: machineMs(await readFile('/proc/stat', 'utf8')) - sum(named) };
}

/** What each used between two moments. */
export const usedBetween = (before: Used, after: Used): Used =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, Math.max(0, ms - (before[name] ?? 0))]));

export const sum = (all: Used): number => Object.values(all).reduce((total, ms) => total + ms, 0);

/** How much of so many CPUs others took between two moments, in percent. */
export const othersPercent = (between: Used, tookMs: number, cores: number): number =>
  (100 * (between['other'] ?? 0)) / (tookMs * cores);
