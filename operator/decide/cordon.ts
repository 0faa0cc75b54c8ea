import type { LiveRoomSpec } from '#crds/liveroom.ts';
import type { Node, Pod } from '../kube.ts';

/** What Kubernetes puts on a node that is cordoned. */
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

/**
 * Whether a pod is to leave its node in good time, before a drain cuts whoever is on it: the node is cordoned. A room that
 * tolerates that could be scheduled to the very node again.
 */
export const isLeaving = (
  { spec }: Pod,
  node: Node | undefined,
  tolerations: LiveRoomSpec['pod']['tolerations'] = [],
): boolean => spec.nodeName !== undefined && node?.spec?.unschedulable === true && !tolerations.some(toleratesCordon);

type Toleration = NonNullable<LiveRoomSpec['pod']['tolerations']>[number];

const toleratesCordon = ({ key, operator, value, effect }: Toleration): boolean =>
  (key === taint.key || (!key && operator === 'Exists')) &&
  (effect === undefined || effect === taint.effect) &&
  (operator === 'Exists' || !value);
