import { portName, publicPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { roomMeta } from './labels.ts';

/** Leads a host name's paths of one room to its Service, and `others`. The certificate is another's to make. */
export function ingress(room: LiveRoom, host: string, others: readonly string[]) {
  const { name, namespace } = room.metadata;
  const { ingressClassName, tlsSecretRef } = room.spec.network.http ?? {};
  const backend = { service: { name, port: { name: portName.http } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: roomMeta(room, name),
    spec: {
      ...(ingressClassName && { ingressClassName }),
      ...(tlsSecretRef && { tls: [{ hosts: [host], secretName: tlsSecretRef.name }] }),
      rules: [
        {
          host,
          http: {
            paths: [
              { path: publicPath.player(namespace, name), pathType: 'Prefix', backend },
              ...others.map((path) => ({ path, pathType: 'Exact', backend })),
            ],
          },
        },
      ],
    },
  } as const;
}
