import { internalPath, label, namespaceObject, portName } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import { namespaceLabels } from './labels.ts';

/** A label of a pod as service discovery names it. */
const discovered = (podLabel: string) => `__meta_kubernetes_pod_label_${podLabel.replace(/[^a-zA-Z0-9_]/g, '_')}`;

/**
 * One scrape configuration for all rooms of a namespace; one per room would cost Prometheus CPU by the hundred. Each
 * series says which room's pod it came from (`liveroom_dev_room`) and what that is to it (`component`). The former is
 * not called `room`, since the server's own label of that name would be pushed aside.
 */
export const serviceMonitor = (namespace: string, { monitoring: { labels, interval } }: Config) =>
  ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: namespaceObject, namespace, labels: { ...labels, ...namespaceLabels } },
    spec: {
      selector: { matchLabels: namespaceLabels },
      podTargetLabels: [label.room],
      endpoints: [
        {
          port: portName.internal,
          path: internalPath.metrics,
          interval,
          relabelings: [{ sourceLabels: [discovered(label.component)], targetLabel: 'component' }],
        },
      ],
    },
  }) as const;
