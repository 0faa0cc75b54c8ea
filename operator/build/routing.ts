import type { LiveRoom } from '#crds/liveroom.ts';

/** How a host name of the cluster's routing leads to the room. */
export type Routing =
  | { readonly by: 'Ingress' | 'HTTPRoute'; readonly host: string; readonly scheme: 'http' | 'https' }
  | {
      readonly by: 'Nothing';
      readonly host: '' /** How would be known, but no host is. */;
      readonly lacksHost: boolean;
    };

export const isRouteKind = (kind: string): boolean => kind === 'Ingress' || kind === 'HTTPRoute';

/** What the room asks for; a host that it leaves empty is asked for by nobody. */
export function routing({ spec }: LiveRoom): Routing {
  const { host, gatewayRef, ingressClassName, tlsSecretRef } = spec.network.http ?? {};
  const isHow = gatewayRef !== undefined || ingressClassName !== undefined || tlsSecretRef !== undefined;
  if (!host) return { by: 'Nothing', host: '', lacksHost: host === undefined && isHow };
  if (gatewayRef !== undefined)
    return { by: 'HTTPRoute', host, scheme: gatewayRef.protocol === 'HTTP' ? 'http' : 'https' };
  return { by: 'Ingress', host, scheme: tlsSecretRef === undefined ? 'http' : 'https' };
}
