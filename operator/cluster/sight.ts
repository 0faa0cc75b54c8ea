import type { WatchedKind } from '#crds/operator-metrics.ts';
import type { Unseen } from '../decide/unseen.ts';
import type { Watch } from './watch/watch.ts';

export interface SightOptions {
  /** The namespaces that are looked at; absent, all. */
  readonly namespaces?: readonly string[];
  /** `unseen` says something else. */
  readonly onRefused?: () => void;
}

/** Kinds that have no namespace, or are looked at in all: a role for some namespaces cannot grant them, and need not. */
const ofTheCluster: readonly WatchedKind[] = [
  'Node',
  'Namespace',
  'CustomResourceDefinition',
  'Prometheus',
  'PrometheusAgent',
  'ThanosRuler',
];

const nothing: Unseen = new Map();

/** What may not be looked at, of all that is watched. */
export function sight({ namespaces, onRefused = () => {} }: SightOptions, watches: () => readonly Watch[]) {
  // As a rule nothing is refused, and each report asks.
  let wasRefused = false;
  let told = '';
  const isTold = (kind: WatchedKind) => namespaces === undefined || !ofTheCluster.includes(kind);

  function unseen(namespace?: string): Unseen {
    if (!wasRefused) return nothing;
    const refused = watches().map(([kind, watch]) => [kind, watch.refused(namespace)] as const);
    return new Map(refused.flatMap(([kind, words]) => (words !== undefined && isTold(kind) ? [[kind, words]] : [])));
  }

  return {
    /** By the API server's words; in one namespace, or in any. */
    unseen,
    /** A watch is refused, or is so no more. */
    look(): void {
      wasRefused = true;
      const now = JSON.stringify([...unseen()]);
      if (now === told) return;
      told = now;
      onRefused();
    },
  };
}
