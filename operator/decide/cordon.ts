import type { Node, Pod } from '../kube.ts';
import { cordon, isTolerated, type Tolerations } from './taints.ts';

/**
 * Whether a pod is to leave its node in good time, before a drain cuts whoever is on it: the node is cordoned. A room that
 * tolerates that could be scheduled to the very node again.
 */
export const isLeaving = ({ spec }: Pod, node: Node | undefined, tolerations: Tolerations = []): boolean =>
  spec.nodeName !== undefined && node?.spec?.unschedulable === true && !isTolerated(cordon, tolerations);
