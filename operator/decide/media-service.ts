import { annotation } from '#crds/contract.ts';
import type { KubeObject, Pod, Service } from '../kube.ts';
import type { Finding } from './finding.ts';
import { givenAddresses, givenInVain, nodePortOf } from './media-address.ts';
import type { Seen } from './seen.ts';

type ServiceSeen = Pick<Seen, 'room' | 'mediaService' | 'mediaAddress'>;

/** What keeps a pod's Service from telling an address until somebody does something about it. */
export function serviceTellsNoAddress(
  pod: Pod,
  { room, mediaService: service }: ServiceSeen,
): (Finding<'OriginReady'> & Finding<'MediaReachable'>) | undefined {
  const { mode } = room.spec.network.media;
  if (mode === 'NodePort' && nodePortOf(service) === undefined)
    return {
      reason: 'AddressUnknown',
      message: `${nameOf(pod)}, by whose node port clients come, is about to be made.`,
    };
  if (mode !== 'LoadBalancer' || service === undefined) return undefined;
  const given = givenAddresses(service);
  const [hostname] = (service.status?.loadBalancer?.ingress ?? []).flatMap((one) => one.hostname ?? []);
  const cause =
    given !== undefined
      ? givenInVain(given)
      : hostname === undefined
        ? undefined
        : `has a load balancer that tells a host name alone (${hostname}), and media goes to IP addresses`;
  if (cause === undefined) return undefined;
  return {
    reason: 'AddressUnknown',
    message: `${nameOf(pod)} ${cause}, so clients cannot be told where to send media. If the load balancer has addresses that stay, run: ${annotateService(service, 'its IP addresses')}`,
  };
}

/** It passes by itself where somebody serves load balancers. */
export function waitingForLoadBalancer(
  pod: Pod,
  seen: ServiceSeen,
): (Finding<'OriginReady'> & Finding<'EndpointReady'>) | undefined {
  const { room, mediaService: service, mediaAddress } = seen;
  const isWaiting = room.spec.network.media.mode === 'LoadBalancer' && mediaAddress === undefined;
  if (!isWaiting || pod.spec.nodeName === undefined || serviceTellsNoAddress(pod, seen) !== undefined) return undefined;
  const reason = 'WaitingForLoadBalancer';
  if (service === undefined) return { reason, message: `${nameOf(pod)} is about to be made.` };
  const { name, namespace, creationTimestamp } = service.metadata;
  const { loadBalancerClass } = service.spec;
  const whose = loadBalancerClass === undefined ? "the cluster's default class" : `class ${loadBalancerClass}`;
  return {
    reason,
    message: `${nameOf(pod)} has waited for the address of a load balancer since ${creationTimestamp}. The controller of ${whose} gives it one; where there is no such controller, only another spec.network.media.mode works. See: kubectl -n ${namespace} describe service ${name}`,
  };
}

/** A pod's Service has the pod's name. */
const nameOf = ({ metadata: { namespace, name } }: KubeObject): string => `Service ${namespace}/${name}`;

/** The command that writes down addresses of which Kubernetes does not know. */
export const annotateService = ({ metadata: { namespace, name } }: Pod | Service, what: string): string =>
  `kubectl -n ${namespace} annotate --overwrite service ${name} ${annotation.mediaAddress}=<${what}>`;
