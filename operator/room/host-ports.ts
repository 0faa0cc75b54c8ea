import type { Config } from '../config.ts';
import { hostPort } from '../decide/host-port.ts';
import { hostPortOf } from '../decide/media-address.ts';
import { type Tolerations, takesPods } from '../decide/taints.ts';
import type { Node, Pod } from '../kube.ts';

interface PortsSeen {
  /** How many pods have each host port that any has. */
  hostPortCounts(): Iterable<readonly [port: number, pods: number]>;
  /** None where they may not be seen. */
  nodes(): Iterable<Node>;
  podsOn(node: string): readonly Pod[];
}

export interface PortWish {
  readonly tolerations?: Tolerations | undefined;
  /** Ports that something else turned out to have. */
  readonly held?: readonly number[];
}

/** For how long a port that something else had is given to a pod only if there is no other. */
const heldMs = 3_600_000;

/** Hands out host ports so that pods that are being made at the same time do not get the same. */
export function hostPorts(cluster: PortsSeen, range: Config['hostPorts'], now: () => number) {
  const heldUntilMs = new Map<number, number>();
  /** Pods that are being made, by port: on several nodes a port can be given out several times at once. */
  const reserved = new Map<number, number>();
  const reserve = (port: number, pods: 1 | -1) => reserved.set(port, (reserved.get(port) ?? 0) + pods);
  const size = range.to - range.from + 1;
  const isInRange = (port: number) => port >= range.from && port <= range.to;

  /** How many nodes a pod can come to, and how many pods have each port on the others. */
  function placesBy(takes: (node: Node) => boolean) {
    const nodes = [...cluster.nodes()];
    const others = nodes.filter((node) => !takes(node));
    const elsewhere = new Map<number, number>();
    for (const port of others.flatMap(({ metadata: { name } }) => cluster.podsOn(name)).map(hostPortOf))
      if (port !== undefined) elsewhere.set(port, (elsewhere.get(port) ?? 0) + 1);
    return { nodes: Math.max(1, nodes.length - others.length), elsewhere };
  }

  /** A node takes pods of ours if it takes any pod, or else if it has some. */
  const takesOurs = (node: Node): boolean =>
    takesPods(node) || (node.spec?.unschedulable !== true && cluster.podsOn(node.metadata.name).length > 0);

  return {
    /** Ports of all nodes together: those that pods have, and those that are left where more pods can come to. */
    count() {
      const { nodes, elsewhere } = placesBy(takesOurs);
      const sum = (counts: Iterable<readonly [port: number, pods: number]>) =>
        [...counts].filter(([port]) => isInRange(port)).reduce((all, [, pods]) => all + pods, 0);
      const used = sum(cluster.hostPortCounts());
      return { used, free: Math.max(0, size * nodes - (used - sum(elsewhere))) };
    },
    /** Runs `make` with a port for one more pod; `Exhausted`, without running it, if there is none left. */
    async withPort(
      make: (port: number) => Promise<void>,
      { tolerations, held = [] }: PortWish = {},
    ): Promise<'Made' | 'Exhausted'> {
      for (const port of held) heldUntilMs.set(port, now() + heldMs);
      const { nodes, elsewhere } = placesBy((node) => takesPods(node, tolerations));
      const made = new Map(cluster.hostPortCounts());
      const use = (one: number) => {
        const others = elsewhere.get(one) ?? 0;
        const here = (made.get(one) ?? 0) - others + (reserved.get(one) ?? 0);
        return { here, elsewhere: others, isHeld: (heldUntilMs.get(one) ?? 0) > now() };
      };
      const port = hostPort(range, use, nodes);
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
