/** What happens to a datagram, by its first byte (RFC 7983). */

import { receiveRtcp } from './down/receive-rtcp.ts';
import type { PlacedViewer } from './egress/share.ts';
import { noteReceived } from './first-frame.ts';
import { check } from './ice/ice.ts';
import { follow, hearAnswer, isPresent, maxPaths, type Path, path, pathOf, sparePath } from './ice/path-check.ts';
import { noteHeard } from './ice/presence.ts';
import { type Client, finishRestart, forget, type MediaState } from './media-state.ts';
import type { DropReason } from './plane.ts';
import { fanOut } from './room.ts';
import { extensionNumber, type RtpHeader, readHeader } from './rtp/rtp.ts';
import { openRtp } from './srtp/srtp.ts';
import type { Endpoint } from './udp/address.ts';
import { noteArrival } from './up/arrival-log.ts';
import { askForKeyFrame, askForMissing, wantKeyFrames } from './up/feedback.ts';
import { nothing } from './up/intake.ts';
import type { Publisher } from './up/up-stream.ts';
import type { World } from './world.ts';

/** Why it was dropped, or which client said goodbye by it; undefined when it was of use. */
export type Verdict = DropReason | { readonly left: Client } | undefined;

const isRtpOrRtcp = (first: number): boolean => first >= 128 && first <= 191;
/** RTCP's types lie where marked payload types 64 to 95 would, which nobody may use (RFC 5761 section 4). */
const isRtcpType = (second: number): boolean => second >= 192 && second <= 223;

/** The publisher whose RTP it looks like, by where it comes from; what it is worth shows when it is opened. */
export function publisherOf({ byAddress }: MediaState, datagram: Buffer, from: Endpoint): Client | undefined {
  if (!isRtpOrRtcp(datagram[0] ?? 0) || isRtcpType(datagram[1] ?? 0)) return undefined;
  const client = byAddress.find(from.address, from.port);
  return client?.publisher === undefined ? undefined : client;
}

export function receive(state: MediaState, world: World, datagram: Buffer, from: Endpoint): Verdict {
  const first = datagram[0] ?? 255;
  if (first <= 3) return receiveCheck(state, world, datagram, from);
  const client = state.byAddress.find(from.address, from.port);
  if (client === undefined) return 'UnknownAddress';
  if (isRtpOrRtcp(first)) {
    const isRtcp = isRtcpType(datagram[1] ?? 0);
    if (client.placed !== undefined) {
      if (isPresent(client.transport, from)) client.transport.mailedMs = world.now();
      return receivePlaced(client.placed, isRtcp, datagram);
    }
    if (!isRtcp) return receiveRtp(state, world, client, datagram, from);
    const verdict = receiveRtcp(state, world, client, datagram);
    if (typeof verdict !== 'string') noteHeard(client, from, world.now(), world);
    return verdict;
  }
  return first >= 20 && first <= 63 ? receiveDtls(world, client, datagram) : 'Unknown';
}

function receiveCheck(state: MediaState, world: World, datagram: Buffer, from: Endpoint): Verdict {
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

/** What comes of a subscriber that another thread sends to. */
function receivePlaced(placed: PlacedViewer, isRtcp: boolean, datagram: Buffer): Verdict {
  if (!placed.isKeyed) return 'NoKeys';
  if (!isRtcp) return 'UnknownSsrc';
  return placed.receiveRtcp(datagram) ? undefined : 'ThreadBusy';
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
function receiveAnswer(state: MediaState, world: World, datagram: Buffer, from: Endpoint): Verdict {
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

function receiveDtls(world: World, { transport }: Client, datagram: Buffer): Verdict {
  if (transport.dtlsBudget === 0) return 'TooManyDtls';
  transport.dtlsBudget -= 1;
  world.events.onDtls(transport.id, datagram);
  return undefined;
}

/** For what looks like RTP. */
export function receiveRtp(state: MediaState, world: World, client: Client, datagram: Buffer, from: Endpoint): Verdict {
  const { transport, publisher, takeIn, room } = client;
  const { header } = state;
  if (!readHeader(datagram, header)) return 'MalformedRtp';
  if (transport.srtp === undefined) return 'NoKeys';
  const payload = openRtp(transport.srtp, datagram, header.length, header.ssrc, header.sequence);
  if (typeof payload === 'string') return payload;
  const now = world.now();
  noteHeard(client, from, now, world);
  const isFirst = transport.lastRtpMs < 0;
  transport.lastRtpMs = now;
  if (publisher === undefined || takeIn === undefined || room === undefined) return 'UnknownSsrc';
  if (isFirst) world.events.onMedia(transport.id);
  world.tally.received(room.counters, datagram.length);
  logArrival(publisher, datagram, header, now);
  const arrival = takeIn(datagram, header, payload, now);
  if (arrival === nothing) return undefined;
  if (typeof arrival === 'string') return arrival;
  if (arrival.startsKeyFrame && !transport.hasFirstFrame) noteReceived(publisher, arrival.stream, world);
  // First, so that they begin while this thread goes on.
  for (const share of room.shares) if (!share.forward(room, arrival, now)) state.dropped.ThreadBusy += 1;
  fanOut(room, arrival, now, world);
  if (now >= arrival.source.missing.nextDueMs) askForMissing(publisher, arrival.stream, now, world);
  if (arrival.stream.isKeyFrameWanted) askForKeyFrame(publisher, arrival.stream, now, world);
  return undefined;
}

/** Every packet of the transport, repairs and probes too: the publisher's estimate of its link is made of all. */
function logArrival({ arrivals }: Publisher, datagram: Buffer, header: RtpHeader, nowMs: number): void {
  if (arrivals === undefined) return;
  const sequence = extensionNumber(datagram, header, arrivals.id);
  if (sequence >= 0) noteArrival(arrivals.log, sequence, nowMs);
}
