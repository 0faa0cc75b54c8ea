import type { WatchedKind } from '#crds/operator-metrics.ts';
import type { KubeObject } from '../../kube.ts';
import type { Reflector } from './reflector.ts';

/** A kind that is watched at the time, or a part of it, and how that goes. */
export type Watch = readonly [
  kind: WatchedKind,
  Pick<Reflector<KubeObject>, 'counts' | 'lastHeardMs' | 'overdueMs' | 'isSynced' | 'refused'>,
];
