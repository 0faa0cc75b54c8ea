import { keysSecretName } from '#crds/contract.ts';
import { namespaceLabels } from './labels.ts';

/** The Secret with what the server pods of a namespace share. Made once, so it is none of the desired objects; `keys` in clear. */
export const keysSecret = (namespace: string, keys: Readonly<Record<string, string>>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: keysSecretName, namespace, labels: namespaceLabels },
    type: 'Opaque',
    stringData: keys,
  }) as const;
