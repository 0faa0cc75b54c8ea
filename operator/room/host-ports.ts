import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';
import { hostPort } from '../decide/host-port.ts';
import { type HeldPort, heldPort, lackedPort } from '../decide/host-port-held.ts';
import { hostPortOf } from '../decide/media-address.ts';
import { mayRunOn, type Placement } from '../decide/placement.ts';
import type { Node, Pod } from '../kube.ts';
import { closedToRooms } from './closed-to-rooms.ts';

interface PortsSeen {
  /** Those that we look after. */
  rooms(): readonly LiveRoom[];
  /** How many pods have each host port that any has. */
  hostPortCounts(): Iterable<readonly [port: number, pods: number]>;
  podsWithPort(port: number): readonly Pod[];
  /** None where they may not be seen. */
  nodes(): Iterable<Node>;
  node(name: string): Node | undefined;
  podsOn(node: string): readonly Pod[];
}

/** All ports are taken on each of so many nodes where the pod may come. */
interface Exhausted {
  readonly exhaustedOn: number;
}

/** For how long a port that somebody else's pod has is given to a pod only if there is no other. */
const heldMs = 3_600_000;

/** Hands out host ports so that pods that are being made at the same time do not get the same. */
export function hostPorts(cluster: PortsSeen, range: Config['hostPorts'], now: () => number) {
  const heldUntilMs = new Map<number, number>();
  const waits = waitsOf(now);
  const closed = closedToRooms(() => cluster.rooms(), now);
  /** Pods that are being made, by port: on several nodes a port can be given out several times at once. */
  const reserved = new Map<number, number>();
  const reserve = (port: number, pods: 1 | -1) => reserved.set(port, (reserved.get(port) ?? 0) + pods);
  const size = range.to - range.from + 1;
  const isInRange = (port: number) => port >= range.from && port <= range.to;

  /** How many nodes a pod can come to, and how many pods have each port on the others. */
  function places(othersAmong: (nodes: readonly Node[]) => readonly Node[]) {
    const nodes = [...cluster.nodes()];
    const others = othersAmong(nodes);
    const elsewhere = new Map<number, number>();
    for (const port of others.flatMap(({ metadata: { name } }) => cluster.podsOn(name)).map(hostPortOf))
      if (port !== undefined) elsewhere.set(port, (elsewhere.get(port) ?? 0) + 1);
    return { nodes: Math.max(1, nodes.length - others.length), elsewhere };
  }

  function isOn({ spec: { nodeName } }: Pod, placement: Placement): boolean {
    const node = nodeName === undefined ? undefined : cluster.node(nodeName);
    return node !== undefined && mayRunOn(node, placement);
  }

  /** What a pod lacks on at least one node where none of ours has it. */
  function portOfOthers(pod: Pod, placement: Placement): number | undefined {
    const lacked = lackedPort(pod);
    if (lacked === undefined) return undefined;
    const ours = cluster.podsWithPort(lacked.port).filter((other) => isOn(other, placement));
    return lacked.nodes > ours.length ? lacked.port : undefined;
  }

  return {
    /** Ports of all nodes together: those that pods have, and those that are left where rooms' pods can come to. */
    count() {
      const { nodes, elsewhere } = places(closed);
      const sum = (counts: Iterable<readonly [port: number, pods: number]>) =>
        [...counts].filter(([port]) => isInRange(port)).reduce((all, [, pods]) => all + pods, 0);
      const used = sum(cluster.hostPortCounts());
      return { used, free: Math.max(0, size * nodes - (used - sum(elsewhere))) };
    },
    /**
     * Notes that a pod waits for a port which somebody else's pod has: for an hour no other pod gets it either. Its
     * wait counts from the first look, and anew after each that finds otherwise. Undefined for any other pod.
     */
    noteHeld(pod: Pod, placement: Placement): HeldPort | undefined {
      const port = portOfOthers(pod, placement);
      if (port === undefined) {
        waits.forget(pod);
        return undefined;
      }
      heldUntilMs.set(port, now() + heldMs);
      return heldPort(pod, port, waits.waitedMs(pod));
    },
    /** Runs `make` with a port for one more pod, if there is one left. */
    async withPort(make: (port: number) => Promise<void>, placement: Placement): Promise<'Made' | Exhausted> {
      const { nodes, elsewhere } = places((all) => all.filter((node) => !mayRunOn(node, placement)));
      const made = new Map(cluster.hostPortCounts());
      const use = (one: number) => {
        const others = elsewhere.get(one) ?? 0;
        const here = (made.get(one) ?? 0) - others + (reserved.get(one) ?? 0);
        return { here, elsewhere: others, isHeld: (heldUntilMs.get(one) ?? 0) > now() };
      };
      const port = hostPort(range, use, nodes);
      if (port === undefined) return { exhaustedOn: nodes };
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

/** For how long pods have waited since they were first asked for: the clock of the API server may be another. */
function waitsOf(now: () => number) {
  const sinceMs = new Map<string, number>();
  return {
    waitedMs({ metadata: { uid = '' } }: Pod): number {
      const nowMs = now();
      // None has patience for that long; the first to come is the first of the map.
      for (const [old, atMs] of sinceMs) {
        if (nowMs - atMs < heldMs) break;
        sinceMs.delete(old);
      }
      const atMs = Math.min(sinceMs.get(uid) ?? nowMs, nowMs);
      sinceMs.set(uid, atMs);
      return nowMs - atMs;
    },
    forget: ({ metadata: { uid = '' } }: Pod): unknown => sinceMs.delete(uid),
  };
}
