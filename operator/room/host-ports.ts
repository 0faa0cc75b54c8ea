import type { Config } from '../config.ts';
import { hostPort } from '../decide/host-port.ts';

interface PortsSeen {
  /** How many pods have each host port that any has. */
  hostPortCounts(): Iterable<readonly [port: number, pods: number]>;
  nodeCount(): number;
}

/** Hands out host ports so that pods that are being made at the same time do not get the same. */
export function hostPorts(cluster: PortsSeen, range: Config['hostPorts']) {
  /** Pods that are being made, by port: on several nodes a port can be given out several times at once. */
  const reserved = new Map<number, number>();
  const reserve = (port: number, pods: 1 | -1) => reserved.set(port, (reserved.get(port) ?? 0) + pods);
  const nodes = () => Math.max(1, cluster.nodeCount());
  return {
    /** Ports of all nodes together: those that pods have, and those that are left. */
    count() {
      const used = [...cluster.hostPortCounts()]
        .filter(([port]) => port >= range.from && port <= range.to)
        .reduce((sum, [, pods]) => sum + pods, 0);
      return { used, free: Math.max(0, (range.to - range.from + 1) * nodes() - used) };
    },
    /** Runs `make` with a port; undefined, without running it, if there is none left. */
    async withPort(make: (port: number) => Promise<void>): Promise<'Made' | 'Exhausted'> {
      const made = new Map(cluster.hostPortCounts());
      const port = hostPort(range, (one) => (made.get(one) ?? 0) + (reserved.get(one) ?? 0), nodes());
      if (port === undefined) return 'Exhausted';
      reserve(port, 1);
      try {
        await make(port);
        return 'Made';
      } finally {
        reserve(port, -1);
      }
    },
  };
}

export type HostPorts = ReturnType<typeof hostPorts>;
