/**
 * What the media thread counts: plain numbers and arrays, so that counting allocates nothing and they cross to the main
 * thread as they are. Their names are those of `crds/media-metrics.ts`, of which a scrape makes them metrics.
 */
import { mediaMetric } from '#crds/media-metrics.ts';
import type { directions, kinds } from '#crds/metric-family.ts';

export type Direction = (typeof directions)[number];
type Kind = (typeof kinds)[number];
type Transmission = (typeof mediaMetric.rtpPacketsByDirection.labels.transmission)[number];
export type WithheldReason = (typeof mediaMetric.rtpWithheldPackets.labels.reason)[number];
export type Feedback = (typeof mediaMetric.rtcpFeedback.labels.type)[number];

export type RefusedReason = (typeof mediaMetric.nackedPacketsRefused.labels.reason)[number];

export type ProbeResult = (typeof mediaMetric.bandwidthProbes.labels.result)[number];

type SwitchLabels = (typeof mediaMetric.layerSwitches)['labels'];
export type SwitchDirection = SwitchLabels['direction'][number];
export type SwitchReason = SwitchLabels['reason'][number];

export type ByKind<T> = Record<Kind, T>;
export type ByDirection<T> = Record<Direction, T>;

export interface Volume {
  packets: number;
  bytes: number;
}

/** Of a histogram: how many fell into each bucket alone, the last one being for what lies above all bounds. */
export interface Distribution {
  readonly counts: number[];
  sum: number;
}

/** One room's, since it was first seen; but for how many there are now. */
export interface RoomCounters {
  receivedPackets: number;
  receivedBytes: number;
  /** Retransmissions are among what was sent. */
  sentPackets: number;
  sentBytes: number;
  /** Subscribers that are sent nothing of the video now, as their networks do not carry the least of it. */
  heldBack: number;
  /** Not sent to a subscriber; bytes of payload. */
  readonly withheld: Record<WithheldReason, Volume>;
  /** Times that a track of the publisher's fell silent. */
  readonly stalls: ByKind<number>;
}

/** All of the pod's, since it started. They outlive rooms and clients, so they only grow. */
export interface MediaTotals {
  readonly rtp: ByDirection<Record<Transmission, Volume>>;
  readonly lost: ByDirection<ByKind<number>>;
  readonly lossRatio: ByDirection<ByKind<Distribution>>;
  readonly jitterSeconds: ByDirection<ByKind<Distribution>>;
  readonly outOfOrder: ByKind<number>;
  /** To subscribers. */
  readonly roundTripSeconds: Distribution;
  readonly estimatedBytesPerSecond: Distribution;
  readonly probes: Record<ProbeResult, number>;
  /** Sent for them; among the retransmissions, too. */
  readonly probed: Volume;
  readonly switches: Record<SwitchDirection, Record<SwitchReason, number>>;
  readonly feedback: Record<Feedback, ByDirection<number>>;
  readonly nackedPackets: ByDirection<number>;
  readonly nackedPacketsRefused: Record<RefusedReason, number>;
  readonly forwardSeconds: Distribution;
}

const byKind = <T>(make: () => T): ByKind<T> => ({ audio: make(), video: make() });
const byDirection = <T>(make: () => T): ByDirection<T> => ({ in: make(), out: make() });
const zero = (): number => 0;
const noSwitches = (): Record<SwitchReason, number> => ({ Estimate: 0, Manual: 0, Stopped: 0, Best: 0 });
const noVolume = (): Volume => ({ packets: 0, bytes: 0 });

export const distribution = ({ buckets }: { readonly buckets: readonly number[] }): Distribution => ({
  counts: new Array<number>(buckets.length + 1).fill(0),
  sum: 0,
});

export const noCounters = (): RoomCounters => ({
  receivedPackets: 0,
  receivedBytes: 0,
  sentPackets: 0,
  sentBytes: 0,
  heldBack: 0,
  withheld: { NoCodec: noVolume(), NoKeyFrame: noVolume(), LinkTooThin: noVolume(), Gone: noVolume() },
  stalls: byKind(zero),
});

/** By hand: `structuredClone` takes twenty times as long, and packets wait. */
export const copyOf = ({
  withheld: { NoCodec, NoKeyFrame, LinkTooThin, Gone },
  stalls,
  ...counters
}: RoomCounters): RoomCounters => ({
  ...counters,
  withheld: {
    NoCodec: { ...NoCodec },
    NoKeyFrame: { ...NoKeyFrame },
    LinkTooThin: { ...LinkTooThin },
    Gone: { ...Gone },
  },
  stalls: { ...stalls },
});

export const noTotals = (): MediaTotals => ({
  rtp: byDirection(() => ({ initial: noVolume(), retransmission: noVolume() })),
  lost: byDirection(() => byKind(zero)),
  lossRatio: byDirection(() => byKind(() => distribution(mediaMetric.rtpLossRatio))),
  jitterSeconds: byDirection(() => byKind(() => distribution(mediaMetric.rtpJitter))),
  outOfOrder: byKind(zero),
  roundTripSeconds: distribution(mediaMetric.roundTrip),
  estimatedBytesPerSecond: distribution(mediaMetric.bandwidthEstimate),
  probes: { Carried: 0, NotCarried: 0 },
  probed: noVolume(),
  switches: { Up: noSwitches(), Down: noSwitches() },
  feedback: { nack: byDirection(zero), pli: byDirection(zero), fir: byDirection(zero) },
  nackedPackets: byDirection(zero),
  nackedPacketsRefused: { NotKept: 0, TooSoon: 0, OverBudget: 0 },
  forwardSeconds: distribution(mediaMetric.forwardLatency),
});

type Summable = number | readonly Summable[] | { readonly [key: string]: Summable };

/** Counters of one form, added up; what only some have is in the sum too. Allocates: for a few times a second. */
export const sumOf = <T extends object>(parts: readonly T[]): T =>
  (parts as readonly Summable[]).reduce((sum, part) => added(sum, part)) as T;

function added(one: Summable, other: Summable): Summable {
  if (typeof one === 'number' || typeof other === 'number') return Number(one) + Number(other);
  if (Array.isArray(one)) return one.map((value, i) => added(value, (other as readonly Summable[])[i] ?? 0));
  const sum: Record<string, Summable> = { ...(one as Record<string, Summable>) };
  for (const [key, value] of Object.entries(other)) sum[key] = sum[key] === undefined ? value : added(sum[key], value);
  return sum;
}
