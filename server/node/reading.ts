import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { controlGroup, type ReadText, type Usage } from './cgroup.ts';
import { type UdpCounts, udpCounts } from './udp.ts';

/** The pod's part of its node, at one moment. */
export interface Reading {
  /** What the pod may use: its limits, or the machine; or as many processors as somebody has set. */
  readonly limits: { readonly cores: number; readonly memoryBytes: number };
  readonly usage: Usage;
  readonly udp: UdpCounts;
  /** Averages of 1, 5 and 15 minutes. */
  readonly machineLoad: readonly number[];
}

/** The machine and the process, as far as a reading needs them. */
export interface Surroundings {
  readonly read: ReadText;
  readonly pid: number;
  readonly cores: number;
  /** So many processors are what the pod may use, whatever its control group says. */
  readonly cpuRequest?: number | undefined;
  readonly memoryBytes: number;
  readonly machineLoad: () => readonly number[];
  readonly process: () => { readonly cpuSeconds: number; readonly memoryBytes: number };
}

/**
 * Reads anew at each call. Files of the kernel are read at once: they come from memory. Whose the control group is does
 * not change with somebody who looks in by a shell, so it is asked once.
 */
export function reader(of: Surroundings): () => Reading {
  const { read, pid, cores, cpuRequest, memoryBytes, machineLoad, process } = of;
  const { isOurs } = controlGroup(read, pid);
  return () => {
    const group = controlGroup(read, pid);
    return {
      limits: {
        cores: cpuRequest ?? Math.min(group.cores ?? cores, cores),
        memoryBytes: Math.min(group.memoryBytes ?? memoryBytes, memoryBytes),
      },
      usage: (isOurs ? group.usage : undefined) ?? { ...process(), throttledSeconds: 0 },
      udp: udpCounts(read('/proc/net/snmp') ?? '', read('/proc/net/snmp6') ?? ''),
      machineLoad: machineLoad(),
    };
  };
}

/** Of this process on this machine. */
export const surroundings = (): Surroundings => ({
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  pid: process.pid,
  cores: cpus().length,
  memoryBytes: totalmem(),
  machineLoad: loadavg,
  process: () => {
    const { user, system } = process.cpuUsage();
    return { cpuSeconds: (user + system) / 1e6, memoryBytes: process.memoryUsage.rss() };
  },
});
