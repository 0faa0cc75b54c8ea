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
  const connected = `A client has connected; clients send media to ${spoken(address)}.`;
  if (!isPrivateOnly(mode, address)) return yes('MediaReachable', connected);
  const limits = isLoopbackOnly(address)
    ? `That is ${loopback}.`
    : 'The address is private: clients on other networks cannot reach it.';
  return yes('MediaReachable', `${connected} ${limits}`);
}

function unreached(mode: MediaMode, origin: Pod, address: MediaAddress): Verdict<'MediaReachable'> {
  const told = `Clients were told to send media to ${spoken(address)}, and none got there.`;
  return no('ClientsCannotConnect', `${told} ${remedy(mode, origin, address)}`);
}

function remedy(mode: MediaMode, origin: Pod, address: MediaAddress): string {
  const { nodeName } = origin.spec;
  if (mode === 'ClusterOnly')
    return 'It is an address of the cluster: clients outside need another spec.network.media.mode.';
  if (isPrivateOnly(mode, address)) {
    const what = isLoopbackOnly(address) ? `It is ${loopback}.` : 'The address is private.';
    return `${what} ${giveAddress(mode, origin, address)}`;
  }
  return mode === 'LoadBalancer'
    ? `Have the load balancer pass UDP port ${port.media} on to node ${nodeName}, and all firewalls let it through.`
    : `Let UDP port ${address.port} through to node ${nodeName} in all firewalls between.`;
}

function untried(mode: MediaMode, origin: Pod, address: MediaAddress): Verdict<'MediaReachable'> {
  if (isPrivateOnly(mode, address)) {
    const what = isLoopbackOnly(address) ? loopback : 'private, so that clients on other networks cannot';
    return unknown(
      'PrivateAddressOnly',
      `No client has connected yet, and ${spoken(address)} is ${what}. ${giveAddress(mode, origin, address)}`,
    );
  }
  const doubt = mode === 'ClusterOnly' ? 'clients in the cluster reach it' : 'firewalls let clients through';
  return unknown(
    'NoClientConnected',
    `No client has connected to ${spoken(address)} yet, so it is not known whether ${doubt}.`,
  );
}

/** The command by which clients are told an address that they reach. */
function giveAddress(mode: MediaMode, origin: Pod, address: MediaAddress): string {
  const annotate = mode === 'LoadBalancer' ? annotateService : annotateNode;
  // A machine to try things on: clients in its own network are meant, or those on it that do not use the loopback.
  if (isLoopbackOnly(address))
    return `For other clients, run: ${annotate(origin, 'an IP address of that machine that they reach')}`;
  const what = mode === 'LoadBalancer' ? 'the load balancer' : `node ${origin.spec.nodeName}`;
  return `If ${what} has a public one, run: ${annotate(origin, 'its public IP address')}`;
}

const annotateNode = ({ spec: { nodeName } }: Pod, what: string): string =>
  `kubectl annotate node ${nodeName} ${annotation.mediaAddress}=<${what}>`;
