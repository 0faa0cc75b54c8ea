/** What may be sent to a subscriber, from what it says: transport-wide feedback, REMB, the losses in its reports. */

import {
  type Estimator,
  estimateBps,
  estimator,
  hasFeedback,
  hearFeedback,
  hearRemb,
  hearReportedLosses,
  noteSilence,
} from '../estimate/estimator.ts';
import { isHeavy } from '../estimate/loss.ts';
import { readRemb } from '../rtp/remb.ts';
import { nextTransportFeedback, type TransportFeedback } from '../rtp/transport-feedback.ts';
import type { Tally } from '../tally.ts';
import type { ReportBlock } from '../up/reception.ts';
import type { DownStream } from './down-stream.ts';
import { historyPackets, type SendHistory } from './send-history.ts';

/** Of one subscriber. There is an estimator once it has said something of its link as a whole: 6 kB. */
export interface LinkEstimate {
  estimator: Estimator | undefined;
  /** When a REMB was clearly less, and when one was more, than the one before; -Infinity: not yet. */
  rembFellMs: number;
  rembRoseMs: number;
}

export const linkEstimate = (): LinkEstimate => ({
  estimator: undefined,
  rembFellMs: Number.NEGATIVE_INFINITY,
  rembRoseMs: Number.NEGATIVE_INFINITY,
});

const clearlyLess = 0.95;
const more = 1.01;

/** Takes in a compound packet of the subscriber's. `scratch` is overwritten. */
export function hearLink(
  link: LinkEstimate,
  compound: Buffer,
  history: SendHistory | undefined,
  scratch: TransportFeedback,
  nowMs: number,
): void {
  const rembBps = readRemb(compound);
  if (rembBps >= 0) {
    link.estimator ??= estimator();
    const before = link.estimator.rembBps;
    if (before === Number.POSITIVE_INFINITY || rembBps > more * before) link.rembRoseMs = nowMs;
    else if (rembBps < clearlyLess * before) link.rembFellMs = nowMs;
    hearRemb(link.estimator, rembBps);
  }
  if (history === undefined) return;
  // A datagram could tell of the same packets fifty times. What it tells of more than are remembered is of no use.
  let packetsLeft = historyPackets;
  for (let at = nextTransportFeedback(compound, 0, scratch, packetsLeft); at >= 0; ) {
    link.estimator ??= estimator();
    hearFeedback(link.estimator, scratch, history, nowMs);
    packetsLeft -= scratch.count;
    at = nextTransportFeedback(compound, at, scratch, packetsLeft);
  }
}

/** Takes in a report of one track. */
export function hearLosses(link: LinkEstimate, down: DownStream, block: ReportBlock, nowMs: number): void {
  const packets = (block.highestSequence - down.reportedSequence) | 0;
  const isFirst = down.reportedSequence < 0;
  down.reportedSequence = block.highestSequence;
  if (link.estimator === undefined || isFirst || packets <= 0 || packets > mostPackets) return;
  hearReportedLosses(link.estimator, packets, (packets * block.fractionLost) / 256, nowMs);
}

/** Of one track between two reports; a report that says more is not believed. */
const mostPackets = 0x8000;

/** To be called about once a second: notices that nothing is heard any more, and tells what the estimate is. */
export function lookAtLink(link: LinkEstimate, history: SendHistory | undefined, nowMs: number, tally: Tally): void {
  if (link.estimator === undefined) return;
  if (history !== undefined) noteSilence(link.estimator, history, nowMs);
  tally.estimated(estimateBps(link.estimator) / 8);
}

/** A client's own estimate (REMB) starts low and rises by 8 % a second, whatever it is sent; while it rises it is no bound. */
const risesForMs = 1500;

/** Bits a second that the subscriber may be sent in all; Infinity while nothing forbids anything. */
export function allowedBps(link: LinkEstimate, nowMs: number): number {
  const { estimator, rembRoseMs } = link;
  if (estimator === undefined) return Number.POSITIVE_INFINITY;
  return !hasFeedback(estimator) && nowMs - rembRoseMs < risesForMs ? estimator.loss.bps : estimateBps(estimator);
}

/**
 * By which what is sent again is bounded. A client's own estimate falls where the way varies and where its machine is busy,
 * too: as long as losses are not heavy it is no reason to leave holes in the picture.
 */
export const repairBps = (link: LinkEstimate, nowMs: number): number =>
  link.estimator !== undefined && !hasFeedback(link.estimator) && !isHeavy(link.estimator.loss)
    ? Number.POSITIVE_INFINITY
    : allowedBps(link, nowMs);
