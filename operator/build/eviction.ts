import { appName, label, namespaceObject } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { namespaceLabels } from './labels.ts';

/**
 * Who may evict a room's pods.
 *
 *     spec.drain.eviction   kubectl drain            cluster autoscaler
 *     Never                 refused, by the PDB      leaves the node alone, by the annotation
 *     OnUpgrade             moves them               leaves the node alone
 *     Always                moves them               moves them
 */

const safeToEvict = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

/** What tells the others so on a pod. A running pod gets them too. */
export const evictionMarks = ({ spec: { drain } }: LiveRoom) => ({
  labels: { [label.eviction]: drain.eviction },
  annotations: { [safeToEvict]: String(drain.eviction === 'Always') },
});

/** More pods than there can be. A percentage would need a scale that a room does not have. */
const anyNumber = 1_000_000;

/** Keeps everybody from evicting pods of the rooms that let nobody; undefined where there are none. */
export const evictionBudget = (namespace: string, rooms: readonly LiveRoom[]) =>
  rooms.some(({ spec }) => spec.drain.eviction === 'Never')
    ? ({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: namespaceObject, namespace, labels: namespaceLabels },
        spec: {
          minAvailable: anyNumber,
          // One that is not ready takes no clients, and is not to hold up a node.
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
          selector: { matchLabels: { [label.name]: appName.sfu, [label.eviction]: 'Never' } },
        },
      } as const)
    : undefined;
