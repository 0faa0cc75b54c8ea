/**
 * Counts what the media thread does. Its first three methods and `isSampled` run for each packet that comes in, not for
 * each copy that goes out, and do nothing but add; the rest runs a few times a second.
 */
import { mediaMetric } from '#crds/media-metrics.ts';
import {
  type Direction,
  type Distribution,
  type Feedback,
  type MediaTotals,
  noTotals,
  type ProbeResult,
  type RefusedReason,
  type RoomCounters,
  type SwitchDirection,
  type SwitchReason,
  type WithheldReason,
} from './counts.ts';
import type { Kind } from './plane.ts';

/** What a report says of one track since the report before. */
export interface Quality {
  readonly lost: number;
  readonly lossRatio: number;
  readonly jitterSeconds: number;
}

export interface Tally {
  received(room: RoomCounters, bytes: number): void;
  /** One packet, to all its subscribers together. */
  sent(room: RoomCounters, packets: number, bytes: number): void;
  /** Whether the time is to be taken of the packet that comes now, from here to `took`. */
  isSampled(): boolean;
  took(milliseconds: number): void;
  withheld(room: RoomCounters, reason: WithheldReason, packets: number, payloadBytes: number): void;
  resent(room: RoomCounters, packets: number, bytes: number): void;
  /** The packet that was received last turned out to be a retransmission. */
  wasRepair(bytes: number): void;
  cameLate(kind: Kind): void;
  stalled(room: RoomCounters, kind: Kind): void;
  reported(direction: Direction, kind: Kind, quality: Quality): void;
  tookRoundTrip(seconds: number): void;
  /** What may be sent to one subscriber. */
  estimated(bytesPerSecond: number): void;
  /** A probe of a subscriber's link is over. */
  probed(result: ProbeResult): void;
  /** What was sent for one. */
  filledUp(room: RoomCounters, packets: number, bytes: number): void;
  /** A subscriber is sent another encoding than before. */
  switched(direction: SwitchDirection, reason: SwitchReason): void;
  feedback(type: Feedback, direction: Direction): void;
  nacked(direction: Direction, packets: number): void;
  /** Packets that subscribers asked for and were not sent. */
  refused(packets: Readonly<Record<RefusedReason, number>>): void;
  /** A copy of what has been counted so far. */
  totals(): MediaTotals;
}

/** Of so many packets that are sent on, one is timed. */
export const sampledEvery = 128;

export function tally(): Tally {
  const totals = noTotals();
  const { rtp, lost, lossRatio, jitterSeconds, outOfOrder, nackedPackets } = totals;
  const [incoming, outgoing] = [rtp.in.initial, rtp.out.initial];
  let untilSample = sampledEvery - 1;
  return {
    received(room, bytes) {
      room.receivedPackets += 1;
      room.receivedBytes += bytes;
      incoming.packets += 1;
      incoming.bytes += bytes;
    },
    sent(room, packets, bytes) {
      room.sentPackets += packets;
      room.sentBytes += bytes;
      outgoing.packets += packets;
      outgoing.bytes += bytes;
      untilSample -= 1;
    },
    isSampled: () => untilSample <= 0,
    took(milliseconds) {
      // Still due: what was timed went to nobody.
      if (untilSample === 0) return;
      untilSample = sampledEvery - 1;
      observe(totals.forwardSeconds, mediaMetric.forwardLatency, milliseconds / 1000);
    },
    withheld({ withheld }, reason, packets, payloadBytes) {
      withheld[reason].packets += packets;
      withheld[reason].bytes += payloadBytes;
    },
    resent: (room, packets, bytes) => countAgain(totals, room, packets, bytes),
    wasRepair(bytes) {
      incoming.packets -= 1;
      incoming.bytes -= bytes;
      rtp.in.retransmission.packets += 1;
      rtp.in.retransmission.bytes += bytes;
    },
    cameLate(kind) {
      outOfOrder[kind] += 1;
    },
    stalled({ stalls }, kind) {
      stalls[kind] += 1;
    },
    reported(direction, kind, quality) {
      lost[direction][kind] += quality.lost;
      observe(lossRatio[direction][kind], mediaMetric.rtpLossRatio, quality.lossRatio);
      observe(jitterSeconds[direction][kind], mediaMetric.rtpJitter, quality.jitterSeconds);
    },
    estimated: (bytesPerSecond) =>
      observe(totals.estimatedBytesPerSecond, mediaMetric.bandwidthEstimate, bytesPerSecond),
    tookRoundTrip: (seconds) => observe(totals.roundTripSeconds, mediaMetric.roundTrip, seconds),
    probed(result) {
      totals.probes[result] += 1;
    },
    filledUp(room, packets, bytes) {
      totals.probed.packets += packets;
      totals.probed.bytes += bytes;
      countAgain(totals, room, packets, bytes);
    },
    switched(direction, reason) {
      totals.switches[direction][reason] += 1;
    },
    feedback(type, direction) {
      totals.feedback[type][direction] += 1;
    },
    refused({ NotKept, TooSoon, OverBudget }) {
      const { nackedPacketsRefused: sum } = totals;
      sum.NotKept += NotKept;
      sum.TooSoon += TooSoon;
      sum.OverBudget += OverBudget;
    },
    nacked(direction, packets) {
      nackedPackets[direction] += packets;
    },
    totals: () => structuredClone(totals),
  };
}

function countAgain({ rtp }: MediaTotals, room: RoomCounters, packets: number, bytes: number): void {
  room.sentPackets += packets;
  room.sentBytes += bytes;
  rtp.out.retransmission.packets += packets;
  rtp.out.retransmission.bytes += bytes;
}

function observe(into: Distribution, { buckets }: { readonly buckets: readonly number[] }, value: number): void {
  let place = 0;
  while (place < buckets.length && value > (buckets[place] ?? 0)) place += 1;
  into.counts[place] = (into.counts[place] ?? 0) + 1;
  into.sum += value;
}
