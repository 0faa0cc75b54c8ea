import type { LiveRoom } from '#crds/liveroom.ts';
import { usesHostPort } from '../build/origin-pod.ts';
import type { Config } from '../config.ts';
import { hostPort } from '../decide/host-port.ts';
import { type HeldPort, heldPort, lackedPort } from '../decide/host-port-held.ts';
import { hostPortOf } from '../decide/media-address.ts';
import { mayRunOn, type Placement } from '../decide/placement.ts';
import type { Node, Pod } from '../kube.ts';

interface PortsSeen {
  /** Those that we look after. */
  rooms(): readonly LiveRoom[];
  /** How many pods have each host port that any has. */
  hostPortCounts(): Iterable<readonly [port: number, pods: number]>;
  /** None where they may not be seen. */
  nodes(): Iterable<Node>;
  podsOn(node: string): readonly Pod[];
}

/** For how long a port that somebody else's pod has is given to a pod only if there is no other. */
const heldMs = 3_600_000;

/** Hands out host ports so that pods that are being made at the same time do not get the same. */
export function hostPorts(cluster: PortsSeen, range: Config['hostPorts'], now: () => number) {
  const heldUntilMs = new Map<number, number>();
  const waited = waits(now);
  /** Pods that are being made, by port: on several nodes a port can be given out several times at once. */
  const reserved = new Map<number, number>();
  const reserve = (port: number, pods: 1 | -1) => reserved.set(port, (reserved.get(port) ?? 0) + pods);
  const size = range.to - range.from + 1;
  const isInRange = (port: number) => port >= range.from && port <= range.to;

  const portsOn = (nodes: readonly Node[]) =>
    nodes.flatMap(({ metadata: { name } }) => cluster.podsOn(name)).map(hostPortOf);

  /** How many nodes a pod can come to, and how many pods have each port on the others. */
  function placesBy(takes: (node: Node) => boolean) {
    const nodes = [...cluster.nodes()];
    const others = nodes.filter((node) => !takes(node));
    const elsewhere = new Map<number, number>();
    for (const port of portsOn(others)) if (port !== undefined) elsewhere.set(port, (elsewhere.get(port) ?? 0) + 1);
    return { nodes: Math.max(1, nodes.length - others.length), elsewhere };
  }

  return {
    /** Ports of all nodes together: those that pods have, and those that are left where rooms' pods can come to. */
    count() {
      const placements = placementsOf(cluster.rooms());
      const { nodes, elsewhere } = placesBy((node) => placements.some((placement) => mayRunOn(node, placement)));
      const sum = (counts: Iterable<readonly [port: number, pods: number]>) =>
        [...counts].filter(([port]) => isInRange(port)).reduce((all, [, pods]) => all + pods, 0);
      const used = sum(cluster.hostPortCounts());
      return { used, free: Math.max(0, size * nodes - (used - sum(elsewhere))) };
    },
    /**
     * How long a pod waits for its port that somebody else's pod has, on at least one node where none of ours has it. Counts
     * from the first look; from then on, no other pod gets that port either. Undefined for a pod that does not wait so.
     */
    held(pod: Pod, placement: Placement): HeldPort | undefined {
      const lacked = lackedPort(pod);
      if (lacked === undefined) return undefined;
      const { port } = lacked;
      const ours = portsOn([...cluster.nodes()].filter((node) => mayRunOn(node, placement)));
      if (lacked.nodes <= ours.filter((each) => each === port).length) return undefined;
      heldUntilMs.set(port, now() + heldMs);
      return heldPort(pod, port, waited(pod));
    },
    /** Runs `make` with a port for one more pod; `Exhausted`, without running it, if there is none left. */
    async withPort(make: (port: number) => Promise<void>, placement: Placement = {}): Promise<'Made' | 'Exhausted'> {
      const { nodes, elsewhere } = placesBy((node) => mayRunOn(node, placement));
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

/** Each that differs from the others; where there is no room, that of one which says nothing of nodes. */
function placementsOf(rooms: readonly LiveRoom[]): readonly Placement[] {
  const found = new Map<string, Placement>();
  for (const { pod } of rooms.filter(usesHostPort).map(({ spec }) => spec)) {
    const { nodeSelector, tolerations, affinity } = pod;
    found.set(JSON.stringify([nodeSelector, tolerations, affinity?.nodeAffinity]), pod);
  }
  return found.size === 0 ? [{}] : [...found.values()];
}

/** For how long pods have waited, in ms, since they were first asked for: the clock of the API server may be another. */
function waits(now: () => number) {
  const sinceMs = new Map<string, number>();
  return ({ metadata: { uid = '' } }: Pod): number => {
    const nowMs = now();
    // None has patience for that long; the first to come is the first of the map.
    for (const [old, atMs] of sinceMs) {
      if (nowMs - atMs < heldMs) break;
      sinceMs.delete(old);
    }
    const atMs = Math.min(sinceMs.get(uid) ?? nowMs, nowMs);
    sinceMs.set(uid, atMs);
    return nowMs - atMs;
  };
}
