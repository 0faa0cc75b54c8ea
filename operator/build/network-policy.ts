import { appName, label, namespaceObject, port } from '#crds/contract.ts';
import type { Config } from '../config.ts';
import { namespaceLabels } from './labels.ts';

const podsCalled = (name: string) => ({ podSelector: { matchLabels: { [label.name]: name } } });
const anyNamespace = { namespaceSelector: {} };

/**
 * Who may reach the server pods of a namespace; undefined if that is nobody's concern. A policy sees the ports of
 * containers, so that what comes by a host port is let through by the port of the container, too.
 */
export const networkPolicy = (namespace: string, { networkPolicy: { mode, internalFrom } }: Config) =>
  mode === 'Disabled'
    ? undefined
    : ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: namespaceObject, namespace, labels: namespaceLabels },
        spec: {
          ...podsCalled(appName.sfu),
          policyTypes: ['Ingress'],
          ingress: [
            {
              ports: [
                { protocol: 'UDP', port: port.media },
                { protocol: 'TCP', port: port.http },
              ],
            },
            {
              from:
                internalFrom.length === 0
                  ? [anyNamespace]
                  : [podsCalled(appName.sfu), { ...anyNamespace, ...podsCalled(appName.operator) }, ...internalFrom],
              ports: [{ protocol: 'TCP', port: port.internal }],
            },
          ],
        },
      } as const);
