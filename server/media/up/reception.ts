import { extended } from '../rtp/packet-index.ts';

/** What a receiver report says of one source (RFC 3550 section 6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Of 256 since the report before. */
  readonly fractionLost: number;
  /** Signed, 24 bits. */
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report, and the delay since it in 1/65536 s. */
  readonly lastSenderReport: number;
  readonly delaySinceLast: number;
}

/** Counts of one source; the names follow RFC 3550 appendix A.1. */
export interface Reception {
  base: number;
  highest: number;
  received: number;
  expectedPrior: number;
  receivedPrior: number;
  jitter: number;
  transit: number;
  /** Smoothed as the jitter is. */
  meanTransit: number;
}

export const reception = (): Reception => ({
  base: -1,
  highest: -1,
  received: 0,
  expectedPrior: 0,
  receivedPrior: 0,
  jitter: 0,
  transit: 0,
  meanTransit: 0,
});

const transitOf = (timestamp: number, clockRate: number, nowMs: number): number =>
  ((nowMs * clockRate) / 1000 - timestamp) | 0;

/** How much longer than others a packet took that has come now, in milliseconds; less than 0 for a quick one. */
export const latenessMs = (
  { meanTransit }: Pick<Reception, 'meanTransit'>,
  timestamp: number,
  clockRate: number,
  nowMs: number,
): number => (((transitOf(timestamp, clockRate, nowMs) - meanTransit) | 0) * 1000) / clockRate;

/** Counts a packet that came by itself, not as a retransmission. */
export function countReceived(
  counts: Reception,
  sequence: number,
  timestamp: number,
  clockRate: number,
  nowMs: number,
): void {
  // Only differences of transit times matter, so it may be kept modulo 2^32, as timestamps are.
  const transit = transitOf(timestamp, clockRate, nowMs);
  const beyondMean = (transit - counts.meanTransit) | 0;
  // Beyond a second it is not the way that has changed, but the clock.
  if (counts.base < 0 || Math.abs(beyondMean) > clockRate) counts.meanTransit = transit;
  else counts.meanTransit = (counts.meanTransit + beyondMean / 16) | 0;
  if (counts.base < 0) {
    counts.base = sequence;
    counts.highest = sequence;
  } else {
    const difference = Math.abs((transit - counts.transit) | 0);
    counts.jitter += (difference - counts.jitter) / 16;
    counts.highest = Math.max(counts.highest, extended(counts.highest, sequence));
  }
  counts.transit = transit;
  counts.received += 1;
}

/** The block for the next report (RFC 3550 appendix A.3). Starts the next interval, hence a verb: call it once each. */
export function takeReport(
  counts: Reception,
  ssrc: number,
  last: { readonly middleNtp: number; readonly atMs: number } | undefined,
  nowMs: number,
): ReportBlock {
  const expected = counts.highest - counts.base + 1;
  const lost = expected - counts.received;
  const expectedNow = expected - counts.expectedPrior;
  const lostNow = expectedNow - (counts.received - counts.receivedPrior);
  counts.expectedPrior = expected;
  counts.receivedPrior = counts.received;
  return {
    ssrc,
    fractionLost: expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor((lostNow * 256) / expectedNow)),
    cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, lost)),
    highestSequence: counts.highest % 0x1_0000_0000,
    jitter: Math.floor(counts.jitter),
    lastSenderReport: last === undefined ? 0 : last.middleNtp,
    delaySinceLast: last === undefined ? 0 : Math.floor(((nowMs - last.atMs) * 65536) / 1000) % 0x1_0000_0000,
  };
}
