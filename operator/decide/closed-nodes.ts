import type { Node } from '../kube.ts';
import { mayRunOn, type Placement, requiredTerms } from './placement.ts';

type WithLabel = (key: string, value: string) => readonly Node[];

/**
 * The nodes where a pod may come by none of these placements. Thousands of rooms may each select a node of their own
 * among thousands: nodes are found by the labels that are asked for, rather than each of them looked at for each room.
 */
export function closedNodes(nodes: readonly Node[], placements: readonly Placement[]): readonly Node[] {
  const closed = new Set(nodes);
  const withLabel = byLabel(placements.some(asksForLabels) ? nodes : []);
  for (const placement of placements)
    for (const node of candidates(placement, withLabel) ?? closed)
      if (closed.has(node) && mayRunOn(node, placement)) closed.delete(node);
  return [...closed];
}

const asksForLabels = (placement: Placement): boolean =>
  placement.nodeSelector !== undefined || requiredTerms(placement) !== undefined;

function byLabel(nodes: readonly Node[]): WithLabel {
  const found = new Map<string, Node[]>();
  for (const node of nodes)
    for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
      const same = found.get(`${key}=${value}`);
      if (same === undefined) found.set(`${key}=${value}`, [node]);
      else same.push(node);
    }
  return (key, value) => found.get(`${key}=${value}`) ?? [];
}

/** Among which all are that a placement selects; undefined where it names no values of labels. */
function candidates(placement: Placement, withLabel: WithLabel): readonly Node[] | undefined {
  const { nodeSelector = {} } = placement;
  const selected = fewest(Object.entries(nodeSelector).map(([key, value]) => withLabel(key, value)));
  if (selected !== undefined) return selected;
  const byTerm = requiredTerms(placement)?.map(({ matchExpressions = [] }) =>
    fewest(
      matchExpressions
        .filter(({ operator }) => operator === 'In')
        .map(({ key, values = [] }) => values.flatMap((value) => withLabel(key, value))),
    ),
  );
  return byTerm?.every((found) => found !== undefined) ? byTerm.flat() : undefined;
}

/** All are in each of the lists. */
const fewest = (lists: readonly (readonly Node[])[]): readonly Node[] | undefined =>
  lists.toSorted((a, b) => a.length - b.length)[0];
