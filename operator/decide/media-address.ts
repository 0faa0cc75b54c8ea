import { port, portName } from '#crds/contract.ts';
import type { Node, Pod } from '../kube.ts';

export interface MediaAddress {
  readonly address: string;
  readonly port: number;
}

/** Where clients reach the pod's media port: at its node's port if it has one, else at its own. Undefined while unknown. */
export function mediaAddress(pod: Pod, node: Node | undefined): MediaAddress | undefined {
  const nodePort = hostPortOf(pod);
  const address = nodePort === undefined ? pod.status?.podIP : node && nodeAddress(node);
  return address === undefined ? undefined : { address, port: nodePort ?? port.media };
}

/** The node's port that leads to the pod's media port. */
export const hostPortOf = (pod: Pod): number | undefined =>
  pod.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === portName.media)?.hostPort;

/** The address at which most clients reach a node. */
export const nodeAddress = (node: Node): string | undefined =>
  addressOf(node, 'ExternalIP') ?? addressOf(node, 'InternalIP');

const addressOf = (node: Node, wanted: string) => node.status?.addresses?.find(({ type }) => type === wanted)?.address;

/** `address:port`, with an IPv6 address in brackets. */
export const hostAndPort = ({ address, port }: MediaAddress): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
