import { env } from '#crds/contract.ts';
import type { KubeObject } from '../kube.ts';

/** A pod of an operator, as far as it tells whether it takes part in the election. */
export interface OperatorPod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly env?: readonly { readonly name: string }[] }[] };
  readonly status?: { readonly phase?: string };
}

/**
 * Whether an operator may be acting that asks for no Lease, as that of release 0.1.0: it is not told where there would be
 * one. A pod that was to have ended before now (`wallMs`) is on a node that nobody hears of, and not waited for.
 */
export function actsUnelected({ metadata, spec, status }: OperatorPod, wallMs: number): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const isOverdue = metadata.deletionTimestamp !== undefined && Date.parse(metadata.deletionTimestamp) < wallMs;
  const isElected = spec.containers.some((container) => container.env?.some(({ name }) => name === env.podNamespace));
  return !hasEnded && !isOverdue && !isElected;
}
