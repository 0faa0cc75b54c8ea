/** What happens to a datagram, by its first byte (RFC 7983). */

import { receiveRtcp } from './down/receive-rtcp.ts';
import type { PlacedViewer } from './egress/share.ts';
import { noteReceived } from './first-frame.ts';
import { isPresent } from './ice/path-check.ts';
import { noteHeard } from './ice/presence.ts';
import { receiveStun } from './ice/receive-stun.ts';
import type { Client, MediaState } from './media-state.ts';
import type { DropReason } from './plane.ts';
import { fanOut } from './room.ts';
import { extensionNumber, type RtpHeader, readHeader } from './rtp/rtp.ts';
import { openRtp } from './srtp/srtp.ts';
import type { Endpoint } from './udp/address.ts';
import { noteArrival } from './up/arrival-log.ts';
import { askForKeyFrame, askForMissing } from './up/feedback.ts';
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
  if (first <= 3) return receiveStun(state, world, datagram, from);
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

/** What comes of a subscriber that another thread sends to. */
function receivePlaced(placed: PlacedViewer, isRtcp: boolean, datagram: Buffer): Verdict {
  if (!placed.isKeyed) return 'NoKeys';
  if (!isRtcp) return 'UnknownSsrc';
  return placed.receiveRtcp(datagram) ? undefined : 'ThreadBusy';
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
