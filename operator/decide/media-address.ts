import { annotation, port, portName } from '#crds/contract.ts';
import { familyOf } from '../ip-address.ts';
import type { Node, Pod } from '../kube.ts';

/** Where clients reach a pod's media port: the first address is the one that most of them use. */
export interface MediaAddress {
  readonly addresses: readonly [string, ...string[]];
  readonly port: number;
}

/**
 * Where clients reach the pod's media port: at its node's port if it has one, else at its own. Undefined while unknown.
 *
 *     node's annotation ─► as it is given
 *     ExternalIP, else InternalIP ─► of each IP family that the pod has, in the pod's order
 */
export function mediaAddress(pod: Pod, node: Node | undefined): MediaAddress | undefined {
  const own = podAddresses(pod);
  const nodePort = hostPortOf(pod);
  if (nodePort === undefined) return at(own, port.media);
  if (node === undefined) return undefined;
  const given = givenAddresses(node);
  if (given !== undefined) return at(given.every((address) => familyOf(address) !== 0) ? given : [], nodePort);
  // A pod gets its own addresses after its node. Until then the node's first family is as good as certain.
  const families = own.length > 0 ? own.map(familyOf) : nodeFamilies(node).slice(0, 1);
  const found = families.map((family) => nodeAddress(node, family)).filter((address) => address !== undefined);
  return at(found, nodePort);
}

/** As many as a status takes. */
const mostAddresses = 8;

const at = ([first, ...rest]: readonly string[], portNumber: number): MediaAddress | undefined =>
  first === undefined ? undefined : { addresses: [first, ...rest.slice(0, mostAddresses - 1)], port: portNumber };

const podAddresses = ({ status }: Pod): readonly string[] =>
  status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP]);

/** The node's port that leads to the pod's media port. */
export const hostPortOf = (pod: Pod): number | undefined =>
  pod.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === portName.media)?.hostPort;

/** What somebody has written down of a node that is reached at addresses of which Kubernetes does not know. */
export const givenAddresses = ({ metadata }: Node): readonly string[] | undefined =>
  metadata.annotations?.[annotation.mediaAddress]?.split(',').map((address) => address.trim());

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
