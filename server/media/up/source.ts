import { type LossCount, lossCount } from '../rtp/loss-count.ts';
import type { PacketCache } from '../rtp/packet-cache.ts';
import { extended } from '../rtp/packet-index.ts';
import { type IngestQuality, ingestQuality } from './ingest-quality.ts';
import { type Missing, missing } from './missing.ts';
import { type Reception, reception } from './reception.ts';
import type { TimeReport } from './viewers-clock.ts';

/** One SSRC of the publisher's. A publisher that comes back, or starts over, is another source. */
export interface Source {
  readonly ssrc: number;
  readonly cache: PacketCache;
  readonly reception: Reception;
  readonly loss: LossCount;
  readonly missing: Missing;
  readonly quality: IngestQuality;
  clockRate: number;
  lastPacketMs: number;
  /** It said BYE, and nothing since. */
  hasLeft: boolean;
  /** The newest sender report. */
  report: TimeReport | undefined;
}

export const source = (ssrc: number, clockRate: number, nowMs: number, cache: PacketCache): Source => ({
  ssrc,
  cache,
  reception: reception(),
  loss: lossCount(),
  missing: missing(),
  quality: ingestQuality(nowMs),
  clockRate,
  lastPacketMs: nowMs,
  hasLeft: false,
  report: undefined,
});

/** The extended number of a packet. Counted from one lap on, so that packets older than the first are above zero. */
export const packetIndex = (of: Source, sequence: number): number =>
  of.cache.newest < 0 ? sequence + 0x10000 : extended(of.cache.newest, sequence);
