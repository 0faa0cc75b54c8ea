import { noCounters, type RoomCounters } from './counts.ts';
import { type DownStream, downStream, forward, gone, noCodec, noKeyFrame } from './down/down-stream.ts';
import { sharedMatch, takes } from './down/epoch.ts';
import { type LinkEstimate, linkEstimate } from './down/link-estimate.ts';
import { type Probe, probe } from './down/probe.ts';
import { type ResendBudget, resendBudget } from './down/resend-budget.ts';
import { sendHistory } from './down/send-history.ts';
import type { Share } from './egress/share.ts';
import { noteSent } from './first-frame.ts';
import type { DownTrack, MediaSnapshot } from './plane.ts';
import { primaryOf } from './rtp/red.ts';
import type { Transport } from './transport.ts';
import type { Arrival } from './up/intake.ts';
import { isForemost, settle } from './up/layers.ts';
import type { Publisher } from './up/up-stream.ts';
import type { ClockReading } from './up/viewers-clock.ts';
import type { World } from './world.ts';

export interface Subscriber {
  readonly transport: Transport;
  readonly streams: readonly DownStream[];
  /** The one of them that is video. */
  readonly video: DownStream | undefined;
  readonly link: LinkEstimate;
  readonly resends: ResendBudget;
  readonly probe: Probe;
}

/** Who sends and who listens, as far as packets are concerned. */
export interface Room {
  readonly id: string;
  publisher: Publisher | undefined;
  readonly subscribers: Set<Subscriber>;
  /** The egress threads that have subscribers of the room beside these, with keys: packets go to each. */
  shares: readonly Share[];
  readonly counters: RoomCounters;
  /** As the newest report of its publisher had it; undefined before any, and where another thread hears them. */
  clock: ClockReading | undefined;
}

/** Of these rooms, the tracks that their publishers send, and those of them that subscribers are sent. */
export function tracks(rooms: Iterable<Room>): MediaSnapshot['tracks'] {
  const found = { published: { audio: 0, video: 0 }, subscribed: { audio: 0, video: 0 } };
  for (const { publisher } of rooms)
    for (const stream of publisher?.streams ?? []) {
      const { track, source, sinks } = stream;
      if (publisher === undefined || source === undefined) continue;
      if (isForemost(publisher, stream)) found.published[track.kind] += 1;
      found.subscribed[track.kind] += sinks.filter((sink) => sink.epoch?.source === source).length;
    }
  return found;
}

/** Its subscribers that are sent nothing of the video, as their networks do not carry it. */
export const heldBack = ({ publisher }: Room): number =>
  publisher?.streams.reduce((sum, { held }) => sum + held.length, 0) ?? 0;

export const room = (id: string): Room => ({
  id,
  publisher: undefined,
  subscribers: new Set(),
  shares: [],
  counters: noCounters(),
  clock: undefined,
});

export function subscriber(transport: Transport, tracks: readonly DownTrack[], random: () => number): Subscriber {
  const streams = tracks.map((track) => downStream(track, transport, random));
  if (streams.some(({ plan }) => plan.transportWideAt > 0)) transport.history = sendHistory();
  const video = streams.find(({ track }) => track.kind === 'video');
  return { transport, streams, video, link: linkEstimate(), resends: resendBudget(transport.madeMs), probe: probe() };
}

/** Sends one packet of the publisher's to everybody who can use it. Writes into its payload: what is kept is kept before. */
export function fanOut(to: Room, arrival: Arrival, nowMs: number, world: World): void {
  const { stream, source, packet, startsKeyFrame } = arrival;
  const { redundancy } = stream;
  if (startsKeyFrame && stream.waiting.length > 0 && to.publisher !== undefined) settle(to.publisher, stream);
  let packets = 0;
  let bytes = 0;
  let withoutCodec = 0;
  let withoutKeyFrame = 0;
  let absent = 0;
  const numbers = stream.pictures[packet.payloadType]?.(packet.payload, packet.marker);
  const primary = packet.payloadType === redundancy?.payloadType ? primaryOf(packet, redundancy) : packet;
  for (const sink of stream.sinks) {
    const part = primary === packet || takes(sink.match, packet) ? packet : primary;
    const sent = forward(sink, source, part, numbers, startsKeyFrame, nowMs, world.send);
    if (sent > 0) {
      packets += 1;
      bytes += sent;
      if (sink.sentPackets === 1) noteSent(to, sink, world);
    } else if (sent === noKeyFrame) withoutKeyFrame += 1;
    else if (sent === noCodec) withoutCodec += 1;
    else if (sent === gone) absent += 1;
  }
  const { tally } = world;
  const { length } = packet.payload;
  if (packets > 0) tally.sent(to.counters, packets, bytes);
  if (withoutCodec > 0) tally.withheld(to.counters, 'NoCodec', withoutCodec, withoutCodec * length);
  const { length: held } = stream.held;
  if (held > 0) tally.withheld(to.counters, 'LinkTooThin', held, held * length);
  if (absent > 0) tally.withheld(to.counters, 'Gone', absent, absent * length);
  if (withoutKeyFrame > 0) tally.withheld(to.counters, 'NoKeyFrame', withoutKeyFrame, withoutKeyFrame * length);
}

/** Makes a publisher the room's, and lets everybody's streams carry on from it. */
export function setPublisher(of: Room, next: Publisher): void {
  // One that was not removed yet goes on speaking, but to nobody.
  for (const stream of of.publisher?.streams ?? []) {
    stream.sinks = [];
    stream.waiting = [];
    stream.held = [];
  }
  of.publisher = next;
  for (const { streams } of of.subscribers) for (const down of streams) connect(next, down);
}

export function addSubscriber(of: Room, added: Subscriber): void {
  of.subscribers.add(added);
  if (of.publisher !== undefined) for (const down of added.streams) connect(of.publisher, down);
}

export function removeSubscriber(of: Room, removed: Subscriber): void {
  of.subscribers.delete(removed);
  for (const stream of of.publisher?.streams ?? []) {
    stream.sinks = stream.sinks.filter((sink) => sink.transport !== removed.transport);
    stream.waiting = stream.waiting.filter((sink) => sink.transport !== removed.transport);
    stream.held = stream.held.filter((sink) => sink.transport !== removed.transport);
  }
}

/** A room has one track of each kind, so the kind says which goes where; of several encodings the best. */
function connect(from: Publisher, down: DownStream): void {
  const ofKind = from.streams.filter(({ track }) => track.kind === down.track.kind);
  const stream = ofKind.find((each) => each === from.best) ?? ofKind[0];
  down.match = sharedMatch(down.track, stream);
  down.wantedLayer = stream;
  down.layer = undefined;
  down.hold = undefined;
  if (stream !== undefined) stream.sinks = [...stream.sinks, down];
}
