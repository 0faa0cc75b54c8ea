import { publicPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { roomMeta } from './labels.ts';
import { servicePort } from './service.ts';

/** Leads a host name's paths of one room, and `others`, from a Gateway to its Service. */
export function httpRoute(room: LiveRoom, host: string, others: readonly string[]) {
  const { name, namespace } = room.metadata;
  const { protocol: _, ...gateway } = room.spec.network.http?.gatewayRef ?? { name: '' };
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: roomMeta(room, name),
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gateway }],
      hostnames: [host],
      rules: [
        {
          matches: [
            { path: { type: 'PathPrefix', value: publicPath.player(namespace, name) } },
            ...others.map((value) => ({ path: { type: 'Exact', value } })),
          ],
          backendRefs: [{ name, port: servicePort }],
        },
      ],
    },
  } as const;
}
