import type { LiveRoomSpec } from '#crds/liveroom.ts';
import type { Node, Taint } from '../kube.ts';

export type Tolerations = NonNullable<LiveRoomSpec['pod']['tolerations']>;

/** What Kubernetes puts on a node that is cordoned. */
export const cordon: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Whether a pod with these tolerations may come to a node with that taint. */
export const isTolerated = (taint: Taint, tolerations: Tolerations): boolean =>
  tolerations.some(
    ({ key, operator, value, effect }) =>
      (key === taint.key || (!key && operator === 'Exists')) &&
      (effect === undefined || effect === taint.effect) &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );

/** Whether a pod with these may come to that node, as far as its taints go. */
export const takesPods = ({ spec }: Node, tolerations: Tolerations = []): boolean =>
  [...(spec?.taints ?? []), ...(spec?.unschedulable === true ? [cordon] : [])].every(
    (taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, tolerations),
  );
