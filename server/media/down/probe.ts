/**
 * Finds out whether a subscriber's link carries more than it is sent: for a moment the sending is filled up to a higher rate,
 * with packets that were sent of late as retransmissions (RFC 4588), which repair what was lost besides; where there are none,
 * with padding. The estimate tells what came of it.
 */

import { type Estimator, hasFeedback } from '../estimate/estimator.ts';
import type { Subscriber } from '../room.ts';
import { type MediaPacket, recall } from '../rtp/packet-cache.ts';
import type { Tally } from '../tally.ts';
import type { Send, Transport } from '../transport.ts';
import type { DownStream } from './down-stream.ts';
import { numbersOf, sendPadding, sendRtx } from './rtx.ts';

export interface Probe {
  /** To what rate in all the sending is to be filled up; 0: not at all. */
  bps: number;
  /** What is still to be sent for it; below 0 when the media was ahead. */
  owedBytes: number;
  /** Up to when that was worked out, and what of media had been sent by then. */
  atMs: number;
  mediaBytes: number;
  /** The packet of the subscriber's that was sent again last. */
  index: number;
}

export const probe = (): Probe => ({ bps: 0, owedBytes: 0, atMs: 0, mediaBytes: 0, index: -1 });

/** How often `sendProbe` is to be called while there is something to send: what is sent at once makes a queue. */
export const paceMs = 10;
/** Not more at once, however late it is. */
const mostAtOnceMs = 50;
/** A key frame is ahead of its rate by more than that, and need not be waited for. */
const mostAheadMs = 100;
/** A round trip's worth of packets: older ones may not be kept any more. */
const reach = 64;
/** Of headers, from IP to RTP, and of the tag. */
const overhead = 64;

/** Whether the subscriber tells when packets came, and takes retransmissions as a stream of its own. */
export const canProbe = (
  { track, plan }: DownStream,
  { history }: Transport,
  estimator: Estimator | undefined,
): boolean =>
  history !== undefined &&
  plan.transportWideAt > 0 &&
  track.rtxSsrc !== undefined &&
  estimator !== undefined &&
  hasFeedback(estimator);

/** Sets the rate. When a probe is over, `isMore` says whether there is more to be sent for it. */
export function fillUp(probe: Probe, bps: number, isMore: boolean, nowMs: number, tally: Tally): void {
  if (probe.bps === 0 && bps > 0) {
    probe.atMs = nowMs;
    probe.owedBytes = 0;
    probe.mediaBytes = -1;
  }
  if (probe.bps > 0 && bps === 0) tally.probed(isMore ? 'Carried' : 'NotCarried');
  probe.bps = bps;
}

/** What went out. */
export interface Filled {
  packets: number;
  bytes: number;
  /** The slot that packets are read into. */
  readonly packet: MediaPacket;
}

/** Sends what is due by now, and adds it to `into`. */
export function sendProbe(of: Subscriber, nowMs: number, send: Send, into: Filled): void {
  const { probe, streams, video: down } = of;
  if (probe.bps === 0 || down === undefined || of.transport.port === 0 || of.transport.isGone) return;
  let mediaBytes = 0;
  for (const { sentOctets, sentPackets } of streams) mediaBytes += sentOctets + overhead * sentPackets;
  const perMs = probe.bps / 8000;
  if (probe.mediaBytes >= 0) {
    const dueBytes = perMs * (nowMs - probe.atMs) - (mediaBytes - probe.mediaBytes);
    probe.owedBytes = Math.max(-mostAheadMs * perMs, Math.min(mostAtOnceMs * perMs, probe.owedBytes + dueBytes));
  }
  probe.atMs = nowMs;
  probe.mediaBytes = mediaBytes;
  for (let sent = 0; probe.owedBytes > 0 && sent < reach; sent++) {
    const bytes = sendAgain(down, probe, into.packet, nowMs, send) || sendPadding(down, nowMs, send);
    if (bytes <= 0) return;
    probe.owedBytes -= bytes;
    into.packets += 1;
    into.bytes += bytes;
  }
}

/** The packet before the one that was taken last, so that none is sent twice while others are at hand; 0 without any. */
function sendAgain(down: DownStream, probe: Probe, packet: MediaPacket, nowMs: number, send: Send): number {
  const { newestIndex, epoch } = down;
  if (epoch === undefined) return 0;
  const isNear = probe.index <= newestIndex && probe.index > newestIndex - reach;
  probe.index = isNear ? probe.index - 1 : newestIndex;
  if (probe.index < epoch.firstIndex) probe.index = newestIndex;
  if (!recall(epoch.source.cache, probe.index - epoch.indexShift, packet)) return 0;
  return Math.max(0, sendRtx(down, epoch, packet, numbersOf(epoch.match, packet), probe.index, nowMs, send));
}
