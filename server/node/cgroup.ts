/**
 * What a control group says of us: how much processor and memory we may use, and how much is used. Both versions: 2 has
 * one tree, 1 has a tree for each controller, and in a container the root of a tree is the container's own group.
 */
import { posix } from 'node:path';

/** The text of a file; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export interface ControlGroup {
  /** Absent: no limit. */
  readonly cores?: number;
  readonly memoryBytes?: number;
  readonly usage?: Usage;
  /** Whether nobody else is in the group, so that what is used is used by us. */
  readonly isOurs: boolean;
}

export interface Usage {
  readonly cpuSeconds: number;
  /** For how long the limit held us back. */
  readonly throttledSeconds: number;
  /** Without file pages that the kernel can drop at any time. */
  readonly memoryBytes: number;
}

const root = '/sys/fs/cgroup';

/** The group of this process, whose number is `pid`. Everything is absent where there are no control groups. */
export function controlGroup(read: ReadText, pid: number): ControlGroup {
  const paths = groupPaths(read('/proc/self/cgroup') ?? '');
  return read(`${root}/cgroup.controllers`) === undefined ? version1(read, paths, pid) : version2(read, paths, pid);
}

/** Lines are `number:controller,controller:path`; version 2 has neither number nor controllers. */
const groupPaths = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':'))
      .flatMap(([, names = '', ...path]) => names.split(',').map((name) => [name, path.join(':')] as const)),
  );

function version2(read: ReadText, paths: ReadonlyMap<string, string>, pid: number): ControlGroup {
  const groups = upwards(read, root, paths.get('') ?? '/');
  const [own = root] = groups;
  const cores = groups.map((group) => {
    const [quota, period] = (read(`${group}/cpu.max`) ?? '').trim().split(' ').map(Number);
    return (quota ?? Number.NaN) / (period ?? Number.NaN);
  });
  const memory = groups.map((group) => number(read(`${group}/memory.max`)));
  const cpu = table(read(`${own}/cpu.stat`));
  const pages = table(read(`${own}/memory.stat`));
  const usage = {
    cpuSeconds: (cpu.get('usage_usec') ?? Number.NaN) / 1e6,
    throttledSeconds: (cpu.get('throttled_usec') ?? 0) / 1e6,
    memoryBytes: number(read(`${own}/memory.current`)) - (pages.get('inactive_file') ?? 0),
  };
  return { ...limits(cores, memory), ...used(usage), isOurs: isAlone(read(`${own}/cgroup.procs`), pid) };
}

function version1(read: ReadText, paths: ReadonlyMap<string, string>, pid: number): ControlGroup {
  const groups = (controller: string) => {
    const found = [controller, 'cpu,cpuacct', 'cpuacct,cpu'].find(
      (name) => read(`${root}/${name}/cgroup.procs`) !== undefined,
    );
    return found === undefined ? [] : upwards(read, `${root}/${found}`, paths.get(controller) ?? '/');
  };
  const [cpuGroups, memoryGroups] = [groups('cpu'), groups('memory')];
  const cores = cpuGroups.map((group) => {
    const quota = number(read(`${group}/cpu.cfs_quota_us`));
    return quota > 0 ? quota / number(read(`${group}/cpu.cfs_period_us`)) : Number.NaN;
  });
  const memory = memoryGroups.map((group) => number(read(`${group}/memory.limit_in_bytes`)));
  const [own = ''] = memoryGroups;
  const pages = table(read(`${own}/memory.stat`));
  const usage = {
    cpuSeconds: number(read(`${groups('cpuacct')[0]}/cpuacct.usage`)) / 1e9,
    throttledSeconds: (table(read(`${cpuGroups[0]}/cpu.stat`)).get('throttled_time') ?? 0) / 1e9,
    memoryBytes: number(read(`${own}/memory.usage_in_bytes`)) - (pages.get('total_inactive_file') ?? 0),
  };
  return { ...limits(cores, memory), ...used(usage), isOurs: isAlone(read(`${own}/cgroup.procs`), pid) };
}

/** Our group and those above it. A path that is not below the mount is the host's name for what we see as the root. */
function upwards(read: ReadText, mount: string, path: string): readonly string[] {
  const own = posix.join(mount, path);
  if (!own.startsWith(`${mount}/`) || own === `${mount}/` || read(`${own}/cgroup.procs`) === undefined) return [mount];
  return [own.replace(/\/$/, ''), ...upwards(read, mount, posix.dirname(path))];
}

/** Version 1 writes a limit that nobody set as a number near 2^63. */
const mostBytes = 2 ** 60;

function limits(cores: readonly number[], memory: readonly number[]): Pick<ControlGroup, 'cores' | 'memoryBytes'> {
  const fewest = Math.min(...cores.filter((value) => value > 0));
  const least = Math.min(...memory.filter((value) => value > 0 && value < mostBytes));
  return {
    ...(fewest < Number.POSITIVE_INFINITY && { cores: fewest }),
    ...(least < mostBytes && { memoryBytes: least }),
  };
}

const used = (usage: Usage) =>
  Number.isFinite(usage.cpuSeconds) && Number.isFinite(usage.memoryBytes) ? { usage } : {};

const isAlone = (processes: string | undefined, pid: number) => processes?.trim() === String(pid);

/** NaN for what is missing, and for `max`. */
const number = (text: string | undefined) => (text === undefined ? Number.NaN : Number(text.trim()));

/** Lines of a name and a number. */
const table = (text: string | undefined): ReadonlyMap<string, number> =>
  new Map(
    (text ?? '')
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', value]) => [name, Number(value)] as const),
  );
