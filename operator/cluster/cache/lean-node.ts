import { annotation } from '#crds/contract.ts';
import type { Node, Taint } from '../../kube.ts';
import { identity } from '../watch/lean.ts';

/** What is kept of a node. Its kubelet writes a new status every few minutes, with much that is no concern of ours. */
export function leanNode({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const given = metadata.annotations?.[annotation.mediaAddress];
  const taints = spec?.taints?.map(leanTaint);
  return {
    apiVersion,
    kind,
    metadata: {
      ...identity(metadata),
      ...(metadata.labels && { labels: metadata.labels }),
      ...(given !== undefined && { annotations: { [annotation.mediaAddress]: given } }),
    },
    ...((spec?.unschedulable === true || taints) && {
      spec: { ...(spec?.unschedulable === true && { unschedulable: true }), ...(taints && { taints }) },
    }),
    status: { addresses: status?.addresses ?? [] },
  };
}

const leanTaint = ({ key, value, effect }: Taint): Taint => ({ key, ...(value !== undefined && { value }), effect });

/**
 * Whether pods are reached on it, and may stay, as before. By its labels and taints it is only asked where others may come,
 * and they are looked at then.
 */
export const isSameNode = (a: Node, b: Node | undefined): boolean => told(a) === (b && told(b));

const told = ({ metadata, spec, status }: Node) => JSON.stringify([metadata.annotations, spec?.unschedulable, status]);
