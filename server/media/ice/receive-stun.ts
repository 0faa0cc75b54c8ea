import { type Client, finishRestart, forget, type MediaState } from '../media-state.ts';
import type { DropReason } from '../plane.ts';
import type { Endpoint } from '../udp/address.ts';
import { wantKeyFrames } from '../up/feedback.ts';
import type { World } from '../world.ts';
import { check } from './ice.ts';
import { follow, hearAnswer, maxPaths, type Path, path, pathOf, sparePath } from './path-check.ts';
import { noteHeard } from './presence.ts';

/** Takes in a check of a client's, or its answer to one of ours. Of both it shows by a password who is there. */
export function receiveStun(state: MediaState, world: World, datagram: Buffer, from: Endpoint): DropReason | undefined {
  // UDP allows it to say that no answer is wanted, and a socket throws when told to send there.
  if (from.port === 0) return 'UnknownAddress';
  const result = check(datagram, from, (ufrag) => state.byUfrag.get(ufrag)?.transport);
  if (result === 'NotRequest') return receiveAnswer(state, world, datagram, from);
  if (typeof result === 'string') return result;
  world.send([result.answer], from);
  if (result.valid === undefined) return undefined;
  const { ice, isNominating } = result.valid;
  const client = state.byId.get(result.valid.transport.id);
  if (client === undefined) return 'UnknownUfrag';
  const { transport } = client;
  const at = believe(state, client, from, world.now());
  if (at === undefined) return undefined;
  const isThere = follow(transport, ice, at, isNominating, world);
  client.placed?.follow(transport);
  if (isThere) noteHeard(client, from, world.now(), world);
  if (isNominating && ice === transport.nextIce) finishRestart(state, client, ice);
  if (isNominating && !transport.isNominated) {
    transport.isNominated = true;
    world.events.onConnected(transport.id);
    wantKeyFrames(client, world);
  }
  return undefined;
}

/**
 * From now on, what comes from this address is this client's. One that is another's stays so until this client has shown
 * that it reads what is sent there: a source is easily forged, and a publisher's easily known. Undefined where there is no
 * room for it: whoever has seen a check can send it again from anywhere, and that must not push out where the client is.
 */
function believe(state: MediaState, client: Client, from: Endpoint, nowMs: number): Path | undefined {
  const { transport } = client;
  const owner = state.byAddress.find(from.address, from.port);
  const known = pathOf(transport, from);
  if (known !== undefined && (owner === client || known.isClaim)) return known;
  const at = path(from, owner !== undefined);
  const isFull = known === undefined && transport.paths.length >= maxPaths;
  const left = known ?? (isFull ? sparePath(transport, nowMs) : undefined);
  if (isFull && left === undefined) return undefined;
  if (left !== undefined) forget(state, client, left);
  transport.paths = [...transport.paths.filter((other) => other !== left), at];
  (at.isClaim ? state.claims : state.byAddress).set(at, client);
  return at;
}

/**
 * What may be an answer to a check of ours. It comes from where we asked: of an address that two say to be at both may have
 * been asked, and a claim takes no answer from whom the address belongs to.
 */
function receiveAnswer(state: MediaState, world: World, datagram: Buffer, from: Endpoint): DropReason | undefined {
  const claiming = state.claims.find(from.address, from.port);
  const owner = state.byAddress.find(from.address, from.port);
  const isClaimed = claiming !== undefined && receiveAnswerOf(claiming, state, world, datagram, from) === undefined;
  return isClaimed ? undefined : receiveAnswerOf(owner ?? claiming, state, world, datagram, from);
}

function receiveAnswerOf(
  client: Client | undefined,
  state: MediaState,
  world: World,
  datagram: Buffer,
  from: Endpoint,
): DropReason | undefined {
  const at = client && pathOf(client.transport, from);
  if (client === undefined || at === undefined) return 'Unknown';
  const refusal = hearAnswer(client.transport, datagram, at, world.now());
  client.placed?.follow(client.transport);
  if (refusal !== undefined) return refusal;
  noteHeard(client, from, world.now(), world);
  if (!at.isClaim) return undefined;
  at.isClaim = false;
  state.claims.remove(at, client);
  state.byAddress.set(at, client);
  return undefined;
}
