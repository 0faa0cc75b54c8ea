import type { WatchedKind } from '#crds/operator-metrics.ts';
import { grantIt } from './refusal.ts';

/** Kinds that the operator may not list or watch, each with what the API server says to that. */
export type Unseen = ReadonlyMap<WatchedKind, string>;

/** Conditions that go by what the operator sees. */
type Seeing = 'Accepted' | 'OriginReady' | 'EndpointReady' | 'MonitoringReady';

/** What a condition is judged by: without it, nobody knows whether it holds. */
const judgedBy: Readonly<Record<Seeing, readonly WatchedKind[]>> = {
  Accepted: ['LiveRoom', 'Service', 'ConfigMap'],
  OriginReady: ['Pod'],
  EndpointReady: ['Pod', 'Ingress', 'HTTPRoute'],
  MonitoringReady: ['ServiceMonitor', 'PrometheusRule', 'Prometheus', 'PrometheusAgent', 'ThanosRuler', 'Namespace'],
};

/** What a room works without: the condition that it comes nearest to mentions it. */
const mentionedBy: Readonly<Partial<Record<Seeing, readonly WatchedKind[]>>> = {
  Accepted: ['NetworkPolicy', 'PodDisruptionBudget'],
  OriginReady: ['Node'],
  MonitoringReady: ['CustomResourceDefinition'],
};

/** A verdict on any of them. */
export interface Unknowable {
  readonly status: 'Unknown';
  readonly reason: 'PermissionMissing';
  readonly message: string;
}

/** That nobody knows whether a condition holds, and why; `has` tells which of the kinds that it is judged by the room has. */
export function unseenVerdict(
  type: Seeing,
  unseen: Unseen,
  has: (kind: WatchedKind) => boolean = () => true,
): Unknowable | undefined {
  const words = wordsOf(judgedBy[type].filter(has), unseen);
  if (words === '') return undefined;
  return {
    status: 'Unknown',
    reason: 'PermissionMissing',
    message: `What the operator knows may be out of date, as it may not look: ${words}. ${grantIt}`,
  };
}

/** What a condition says besides, with a space before it; empty if nothing. */
export function mentioned(type: Seeing, unseen: Unseen): string {
  const words = wordsOf(mentionedBy[type] ?? [], unseen);
  return words === '' ? '' : ` The operator does without what it may not look at: ${words}. ${grantIt}`;
}

/** In an order that does not depend on which was refused first. */
export const wordsOf = (kinds: readonly WatchedKind[], unseen: Unseen): string =>
  kinds.flatMap((kind) => unseen.get(kind) ?? []).join('; ');
