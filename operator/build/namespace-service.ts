import { appName, label, namespaceObject, port, portName } from '#crds/contract.ts';
import { namespaceLabels } from './labels.ts';

/** All server pods of a namespace, for Prometheus. A draining pod stays in it, or its last minutes would go unseen. */
export const namespaceService = (namespace: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: namespaceObject, namespace, labels: namespaceLabels },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { [label.name]: appName.sfu },
      ports: [{ name: portName.internal, port: port.internal, targetPort: portName.internal, protocol: 'TCP' }],
    },
  }) as const;
