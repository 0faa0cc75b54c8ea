import { annotation, port, portName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { familyOf } from '../ip-address.ts';
import type { KubeObject, Node, Pod, Service } from '../kube.ts';

/** Where clients reach a pod's media port: the first address is the one that most of them use. */
export interface MediaAddress {
  readonly addresses: readonly [string, ...string[]];
  readonly port: number;
}

export type MediaMode = LiveRoom['spec']['network']['media']['mode'];

export interface MediaWay {
  readonly pod: Pod;
  /** Where the pod runs. */
  readonly node: Node | undefined;
  /** That of the pod alone, in the modes that have one. */
  readonly service?: Service | undefined;
}

/**
 * Where clients reach a pod's media port. Undefined while unknown.
 *
 *     HostPort, NodePort    a port of the pod's node, at
 *                               node's annotation ─► as it is given
 *                               ExternalIP, else InternalIP ─► of each IP family that the pod has, in the pod's order
 *     LoadBalancer          the media port, at the Service's annotation or what its status tells
 *     ClusterOnly           the media port, at the pod's own addresses
 */
export function mediaAddress(mode: MediaMode, { pod, node, service }: MediaWay): MediaAddress | undefined {
  switch (mode) {
    case 'ClusterOnly':
      return at(podAddresses(pod), port.media);
    case 'LoadBalancer':
      return service && at(balancerAddresses(service), port.media);
    case 'NodePort':
      return atNode(pod, node, nodePortOf(service));
    case 'HostPort':
      return atNode(pod, node, hostPortOf(pod));
  }
}

function atNode(pod: Pod, node: Node | undefined, nodePort: number | undefined): MediaAddress | undefined {
  if (node === undefined || nodePort === undefined) return undefined;
  const given = givenAddresses(node);
  if (given !== undefined) return at(ifAddresses(given), nodePort);
  // A pod gets its own addresses after its node. Until then the node's first family is as good as certain.
  const own = podAddresses(pod);
  const families = own.length > 0 ? own.map(familyOf) : nodeFamilies(node).slice(0, 1);
  const found = families.map((family) => nodeAddress(node, family)).filter((address) => address !== undefined);
  return at(found, nodePort);
}

/** Host names are no candidates of ICE. */
function balancerAddresses(service: Service): readonly string[] {
  const given = givenAddresses(service);
  if (given !== undefined) return ifAddresses(given);
  const told = (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return told.filter((address) => familyOf(address) !== 0);
}

/** None, where one of them is something else: that is a mistake. */
const ifAddresses = (given: readonly string[]): readonly string[] =>
  given.every((address) => familyOf(address) !== 0) ? given : [];

/** As many as a status takes. */
const mostAddresses = 8;

const at = ([first, ...rest]: readonly string[], portNumber: number): MediaAddress | undefined =>
  first === undefined ? undefined : { addresses: [first, ...rest.slice(0, mostAddresses - 1)], port: portNumber };

const podAddresses = ({ status }: Pod): readonly string[] =>
  status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP]);

/** The node's port that leads to the pod's media port. */
export const hostPortOf = (pod: Pod): number | undefined =>
  pod.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === portName.media)?.hostPort;

/** The port of every node that leads to the Service's pod. */
export const nodePortOf = (service: Service | undefined): number | undefined =>
  service?.spec.ports?.find(({ name }) => name === portName.media)?.nodePort;

/** What somebody has written down of a node or a Service that is reached at addresses of which Kubernetes does not know. */
export const givenAddresses = ({ metadata }: KubeObject): readonly string[] | undefined =>
  metadata.annotations?.[annotation.mediaAddress]?.split(',').map((address) => address.trim());

/** What is the matter with such a note that has no address in it. */
export const givenInVain = (given: readonly string[]): string =>
  given.join('') === ''
    ? `has annotation ${annotation.mediaAddress}, and it is empty`
    : `has annotation ${annotation.mediaAddress} with something else than IP addresses (${given})`;

/** The address of that family, 4 or 6, at which most clients reach a node. */
const nodeAddress = ({ status }: Node, family: number): string | undefined => {
  const ofType = (wanted: string) =>
    status?.addresses?.find(({ type, address }) => type === wanted && familyOf(address) === family)?.address;
  return ofType('ExternalIP') ?? ofType('InternalIP');
};

/** The families of a node's addresses, its first one first. */
const nodeFamilies = ({ status }: Node): readonly number[] =>
  (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .map(({ address }) => familyOf(address));

/** `address:port` of each, with IPv6 addresses in brackets. */
export const endpoints = ({ addresses, port: portNumber }: MediaAddress): readonly string[] =>
  addresses.map((address) => (familyOf(address) === 6 ? `[${address}]:${portNumber}` : `${address}:${portNumber}`));

/** For sentences: `203.0.113.7:7000/udp or [2001:db8::7]:7000/udp`. */
export const spoken = (address: MediaAddress): string =>
  endpoints(address)
    .map((endpoint) => `${endpoint}/udp`)
    .join(' or ');
