import { annotation } from '#crds/contract.ts';
import type { Node } from '../../kube.ts';
import { identity } from '../watch/lean.ts';

/** What is kept of a node. Its kubelet writes a new status every few minutes, with much that is no concern of ours. */
export function leanNode({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const given = metadata.annotations?.[annotation.mediaAddress];
  return {
    apiVersion,
    kind,
    metadata: {
      ...identity(metadata),
      ...(given !== undefined && { annotations: { [annotation.mediaAddress]: given } }),
    },
    ...(spec?.unschedulable === true && { spec: { unschedulable: true } }),
    status: { addresses: status?.addresses ?? [] },
  };
}

/** Whether pods are reached on it, and may stay, as before. */
export const isSameNode = (a: Node, b: Node | undefined): boolean => told(a) === (b && told(b));

const told = ({ metadata, spec, status }: Node) => JSON.stringify([metadata.annotations, spec, status]);
