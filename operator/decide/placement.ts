import type { LiveRoomSpec } from '#crds/liveroom.ts';
import type { Node } from '../kube.ts';
import { unmet } from './label-selector.ts';
import { takesPods } from './taints.ts';

/** What a room says of the nodes where its pod may run. */
export type Placement = Pick<LiveRoomSpec['pod'], 'nodeSelector' | 'tolerations' | 'affinity'>;

type Labels = Readonly<Record<string, string>>;

/** Whether a pod may come to that node, as far as its taints and labels go; what else is there is not looked at. */
export function mayRunOn(node: Node, placement: Placement): boolean {
  const { nodeSelector = {}, tolerations } = placement;
  const labels = node.metadata.labels ?? {};
  const terms = requiredTerms(placement);
  return (
    Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
    takesPods(node, tolerations) &&
    (terms === undefined || terms.some((term) => isMet(term, labels)))
  );
}

/** Of which a node has to meet one. */
export const requiredTerms = ({ affinity }: Placement): readonly Term[] | undefined =>
  affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

type Term = NonNullable<
  NonNullable<NonNullable<Placement['affinity']>['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number];

/** To Kubernetes, a term that asks for nothing is met by no node. */
const isMet = ({ matchExpressions = [] }: Term, labels: Labels): boolean =>
  matchExpressions.length > 0 &&
  matchExpressions.every((expression) => {
    const { key, operator, values = [] } = expression;
    if (operator === 'Gt') return integer(labels[key]) > integer(values[0]);
    if (operator === 'Lt') return integer(labels[key]) < integer(values[0]);
    return unmet({ matchExpressions: [expression] }, labels).length === 0;
  });

/** To Kubernetes, a text with anything else in it is no number, and neither more nor less than one. */
const integer = (text = ''): number => (/^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN);
