import type { LiveRoomSpec } from '#crds/liveroom.ts';
import type { Node } from '../kube.ts';
import { unmet } from './label-selector.ts';
import { takesPods } from './taints.ts';

/** What a room says of the nodes where its pod may run. */
export type Placement = Pick<LiveRoomSpec['pod'], 'nodeSelector' | 'tolerations' | 'affinity'>;

type Labels = Readonly<Record<string, string>>;

/** Whether a pod may come to that node, as far as its taints and labels go; what else is there is not looked at. */
export function mayRunOn(node: Node, { nodeSelector = {}, tolerations, affinity }: Placement): boolean {
  const labels = node.metadata.labels ?? {};
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    takesPods(node, tolerations) &&
    unmet({ matchLabels: nodeSelector }, labels).length === 0 &&
    (required === undefined || required.nodeSelectorTerms.some((term) => isMet(term, labels)))
  );
}

/** How many nodes those are; one, where none is known. */
export const nodesFor = (nodes: Iterable<Node>, placement: Placement): number =>
  Math.max(1, [...nodes].filter((node) => mayRunOn(node, placement)).length);

type Term = NonNullable<
  NonNullable<NonNullable<Placement['affinity']>['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number];

/** To Kubernetes, a term that asks for nothing is met by no node. */
const isMet = ({ matchExpressions = [] }: Term, labels: Labels): boolean =>
  matchExpressions.length > 0 &&
  matchExpressions.every((expression) => {
    const { key, operator, values = [] } = expression;
    const [has, limit] = [labels[key], values[0]].map((text = '') => Number.parseInt(text, 10));
    if (operator === 'Gt') return Number(has) > Number(limit);
    if (operator === 'Lt') return Number(has) < Number(limit);
    return unmet({ matchExpressions: [expression] }, labels).length === 0;
  });
