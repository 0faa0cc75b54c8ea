import type { Config } from './config.ts';
import { hostPort } from './decide/host-port.ts';
import { hostPortOf } from './decide/media-address.ts';
import type { Pod } from './kube.ts';

interface PortsSeen {
  pods(): Iterable<Pod>;
  nodeCount(): number;
}

/** Hands out host ports so that pods that are being made at the same time do not get the same. */
export function hostPorts(cluster: PortsSeen, range: Config['hostPorts']) {
  const reserved = new Set<number>();
  const inUse = () => [...cluster.pods()].map(hostPortOf).filter((port) => port !== undefined);
  const nodes = () => Math.max(1, cluster.nodeCount());
  return {
    /** Ports of all nodes together: those that pods have, and those that are left. */
    count() {
      const used = inUse().filter((port) => port >= range.from && port <= range.to).length;
      return { used, free: Math.max(0, (range.to - range.from + 1) * nodes() - used) };
    },
    /** Runs `make` with a port; undefined, without running it, if there is none left. */
    async withPort(make: (port: number) => Promise<void>): Promise<'Made' | 'Exhausted'> {
      const port = hostPort(range, [...inUse(), ...reserved], nodes());
      if (port === undefined) return 'Exhausted';
      reserved.add(port);
      try {
        await make(port);
        return 'Made';
      } finally {
        reserved.delete(port);
      }
    },
  };
}

export type HostPorts = ReturnType<typeof hostPorts>;
