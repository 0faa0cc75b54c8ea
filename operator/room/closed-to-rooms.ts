import type { LiveRoom, LiveRoomSpec } from '#crds/liveroom.ts';
import { usesHostPort } from '../build/origin-pod.ts';
import { closedNodes } from '../decide/closed-nodes.ts';
import type { Placement } from '../decide/placement.ts';
import type { Node } from '../kube.ts';
import { oncePer } from '../once-per.ts';

/** Each scrape asks, of as many as there are; rooms and nodes that have come since count as before until then. */
const keptMs = 30_000;

/** Tells which of some nodes are those where no pod of any room may come. */
export function closedToRooms(rooms: () => readonly LiveRoom[], now: () => number) {
  let closed: { readonly names: ReadonlySet<string>; readonly atMs: number } | undefined;
  return (nodes: readonly Node[]): readonly Node[] => {
    const nowMs = now();
    if (closed === undefined || Math.abs(nowMs - closed.atMs) >= keptMs) {
      const found = closedNodes(nodes, placementsOf(rooms()));
      closed = { names: new Set(found.map(({ metadata }) => metadata.name)), atMs: nowMs };
    }
    const { names } = closed;
    return nodes.filter(({ metadata }) => names.has(metadata.name));
  };
}

/** Each that differs from the others; where there is no room, that of one which says nothing of nodes. */
function placementsOf(rooms: readonly LiveRoom[]): readonly Placement[] {
  const found = new Map(rooms.filter(usesHostPort).map(({ spec: { pod } }) => [nameOf(pod), pod] as const));
  return found.size === 0 ? [{}] : [...found.values()];
}

const nameOf = (pod: LiveRoomSpec['pod']): string =>
  (pod.nodeSelector ?? pod.tolerations ?? pod.affinity?.nodeAffinity) ? placementName(pod) : '';

/** A spec is the same object for as long as it says the same (cluster/cache/room-cache.ts). */
const placementName = oncePer(({ nodeSelector, tolerations, affinity }: LiveRoomSpec['pod']) =>
  JSON.stringify([nodeSelector, tolerations, affinity?.nodeAffinity]),
);
