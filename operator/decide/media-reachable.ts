import { annotation, port } from '#crds/contract.ts';
import type { ClientsMet } from '#crds/pod-stats.ts';
import { isLoopback, isPrivate } from '../ip-address.ts';
import type { Pod } from '../kube.ts';
import { no, unknown, type Verdict, yes } from './finding.ts';
import { type MediaAddress, type MediaMode, spoken } from './media-address.ts';
import { annotateService } from './media-service.ts';
import { addressUnknown } from './origin-ready.ts';
import type { Audience, Seen } from './seen.ts';

/**
 * Whether clients reach the media address. Nothing inside a cluster can try that: it is known once a client has
 * connected, and feared once some were told the address and none has.
 *
 *     nobody has come ──► NoClientConnected, or PrivateAddressOnly    Unknown
 *     none has reached it ──► ClientsCannotConnect                    False
 *     one has connected ──► MediaReachable                            True, for as long as pod and address stay
 */
export function mediaReachable(seen: Seen): Verdict<'MediaReachable'> {
  const { origin, mediaAddress } = seen;
  const { mode } = seen.room.spec.network.media;
  if (origin === undefined) return unknown('NoClientConnected', 'There is no pod yet that clients could connect to.');
  const problem = addressUnknown(origin, seen);
  if (problem !== undefined) return no('AddressUnknown', problem.message);
  if (mediaAddress === undefined)
    return unknown(
      'NoClientConnected',
      `Pod ${origin.metadata.name} has no address yet that clients could connect to.`,
    );
  const before = lastSaid(seen, origin, mediaAddress);
  const isHeard = typeof seen.audience === 'object';
  const fared = isHeard ? faringOf(seen.audience) : 'Untried';
  if (before?.status === 'True' || fared === 'Connected') return reached(mode, mediaAddress);
  if (before !== undefined && !isHeard) return before;
  return fared === 'Unreached' ? unreached(mode, origin, mediaAddress) : untried(mode, origin, mediaAddress);
}

/** How a pod's clients have fared with its media port, in a word that does not change with each of them. */
export const faring = (clients: ClientsMet | undefined): 'Untried' | 'Unreached' | 'Connected' =>
  clients === undefined || clients.connected + clients.unreached === 0
    ? 'Untried'
    : clients.connected > 0
      ? 'Connected'
      : 'Unreached';

/** A pod of an older release tells of those alone who are there. */
const faringOf = ({ room, clients }: Exclude<Audience, string>) =>
  room?.publisher !== undefined || (room?.subscribers ?? 0) > 0 ? 'Connected' : faring(clients);

/** What was said of this pod at this address: a server that starts anew has forgotten who had reached it. */
function lastSaid({ room: { status } }: Seen, origin: Pod, { addresses: [address], port }: MediaAddress) {
  const was = status?.origin;
  const isSame = was?.podName === origin.metadata.name && was.address === address && was.mediaPort === port;
  const condition = status?.conditions?.find(({ type }) => type === 'MediaReachable');
  return isSame ? (condition as Verdict<'MediaReachable'> | undefined) : undefined;
}

/** Clients of a pod that is reached at its own address are in the cluster, and reach it there. */
const isPrivateOnly = (mode: MediaMode, { addresses }: MediaAddress): boolean =>
  mode !== 'ClusterOnly' && addresses.every(isPrivate);

/** As of a cluster that is all on one machine, such as that of `npm start`. */
const isLoopbackOnly = ({ addresses }: MediaAddress): boolean => addresses.every(isLoopback);

const loopback = 'a loopback address, which clients on the same machine alone can reach';

function reached(mode: MediaMode, address: MediaAddress): Verdict<'MediaReachable'> {
  const limits = isPrivateOnly(mode, address)
    ? isLoopbackOnly(address)
      ? ` That is ${loopback}.`
      : ' The address is private: clients on other networks cannot reach it.'
    : '';
  return yes('MediaReachable', `A client has connected; clients send media to ${spoken(address)}.${limits}`);
}

function unreached(mode: MediaMode, origin: Pod, address: MediaAddress): Verdict<'MediaReachable'> {
  const remedy =
    mode === 'ClusterOnly'
      ? 'It is an address of the cluster: clients outside need another spec.network.media.mode.'
      : isPrivateOnly(mode, address)
        ? isLoopbackOnly(address)
          ? `It is ${loopback}. ${giveOtherAddress(mode, origin)}`
          : `The address is private. ${giveAddress(mode, origin)}`
        : mode === 'LoadBalancer'
          ? `Have the load balancer pass UDP port ${port.media} on to node ${origin.spec.nodeName}, and all firewalls let it through.`
          : `Let UDP port ${address.port} through to node ${origin.spec.nodeName} in all firewalls between.`;
  return no(
    'ClientsCannotConnect',
    `Clients were told to send media to ${spoken(address)}, and none got there. ${remedy}`,
  );
}

function untried(mode: MediaMode, origin: Pod, address: MediaAddress): Verdict<'MediaReachable'> {
  if (isPrivateOnly(mode, address))
    return unknown(
      'PrivateAddressOnly',
      isLoopbackOnly(address)
        ? `No client has connected yet, and ${spoken(address)} is ${loopback}. ${giveOtherAddress(mode, origin)}`
        : `No client has connected yet, and ${spoken(address)} is private, so that clients on other networks cannot. ${giveAddress(mode, origin)}`,
    );
  const doubt = mode === 'ClusterOnly' ? 'clients in the cluster reach it' : 'firewalls let clients through';
  return unknown(
    'NoClientConnected',
    `No client has connected to ${spoken(address)} yet, so it is not known whether ${doubt}.`,
  );
}

const giveAddress = (mode: MediaMode, origin: Pod): string =>
  mode === 'LoadBalancer'
    ? `If the load balancer has a public one, run: ${annotateService(origin, 'its public IP address')}`
    : `If node ${origin.spec.nodeName} has a public one, run: ${annotateNode(origin, 'its public IP address')}`;

/** Of a machine to try things on, clients in its own network are meant, or those on it that do not use the loopback. */
const giveOtherAddress = (mode: MediaMode, origin: Pod): string => {
  const annotate = mode === 'LoadBalancer' ? annotateService : annotateNode;
  return `For other clients, run: ${annotate(origin, 'an IP address of that machine that they reach')}`;
};

const annotateNode = ({ spec: { nodeName } }: Pod, what: string): string =>
  `kubectl annotate node ${nodeName} ${annotation.mediaAddress}=<${what}>`;
