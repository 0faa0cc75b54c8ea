/**
 * What may be sent to one client, in bits a second: the least of what the delay of its packets, their loss, and the client
 * itself (REMB) allow. Fed with each feedback, some ten a second; nothing here runs when a packet is sent.
 */
import { asUs, fate, fateOf, noteFate, type SendHistory, sentBytes, sentUs, slotOf } from '../down/send-history.ts';
import { packetStatus, type TransportFeedback, ticksPerMs } from '../rtp/transport-feedback.ts';
import { type Delivered, delivered, deliveredBps, noteDelivered } from './delivered.ts';
import { hearLosses, heavyLossRatio, type LossBound, lossBound } from './loss.ts';
import { fall, lowestBps, type Rate, rate, rise } from './rate.ts';
import { forget, noteArrived, type Trend, trend } from './trend.ts';

/** A clock of 32 bits, unwrapped: the last value, and what it means. */
interface Unwrapped {
  last: number;
  ms: number;
}

export interface Estimator {
  readonly trend: Trend;
  readonly loss: LossBound;
  readonly rate: Rate;
  readonly sent: Delivered;
  readonly arrived: Delivered;
  readonly sendClock: Unwrapped;
  readonly arrivalClock: Unwrapped;
  /** Infinity without any. */
  rembBps: number;
  roundTripMs: number;
  /** -Infinity before the first. */
  lastFeedbackMs: number;
  /** The first packet whose loss is not decided yet, by its place in the history. */
  undecided: number;
}

/** Where it begins: enough for a low layer and to find out more; the draft leaves it open. */
const firstBps = 300_000;
const firstRoundTripMs = 100;
/** Behind a queue packets come as fast as they ever can: a quarter of a second, not a half, tells how fast that is. */
const queuedSteps = 5;
/** After so long without feedback both clocks may have wrapped, and the network is another. */
const forgottenMs = 60_000;
/** Feedback comes ten times a second; this long without any, nothing at all arrives. */
const starvedMs = 1000;

export const estimator = (): Estimator => ({
  trend: trend(),
  loss: lossBound(),
  rate: rate(firstBps),
  sent: delivered(),
  arrived: delivered(),
  // Far from zero, so that no packet that overtook the first is before all time.
  sendClock: { last: 0, ms: 1e9 },
  arrivalClock: { last: 0, ms: 1e9 },
  rembBps: Number.POSITIVE_INFINITY,
  roundTripMs: firstRoundTripMs,
  lastFeedbackMs: Number.NEGATIVE_INFINITY,
  undecided: 0,
});

/** Whether it has ever given transport-wide feedback; else what is known of its link is its REMB, and losses in its reports. */
export const hasFeedback = ({ lastFeedbackMs }: Estimator): boolean => lastFeedbackMs !== Number.NEGATIVE_INFINITY;

/** Takes in transport-wide feedback. Allocates nothing. */
export function hearFeedback(of: Estimator, feedback: TransportFeedback, history: SendHistory, nowMs: number): void {
  if (nowMs - of.lastFeedbackMs > forgottenMs) forget(of.trend);
  of.lastFeedbackMs = nowMs;
  decideLosses(of, feedback.baseSequence, history, nowMs);
  let newestUs = 0;
  let hasNews = false;
  for (let i = 0; i < feedback.count; i++) {
    const slot = slotOf(history, (feedback.baseSequence + i) & 0xffff);
    const status = feedback.statuses[i] ?? packetStatus.missing;
    if (slot < 0 || !noteFate(history, slot, status) || status === packetStatus.untimed) continue;
    newestUs = sentUs(history, slot);
    hasNews = true;
    const sentMs = unwrap(of.sendClock, newestUs, 1000);
    const arrivedMs = unwrap(of.arrivalClock, feedback.arrivals[i] ?? 0, ticksPerMs);
    const bytes = sentBytes(history, slot);
    noteDelivered(of.sent, sentMs, bytes);
    noteDelivered(of.arrived, arrivedMs, bytes);
    noteArrived(of.trend, sentMs, arrivedMs);
  }
  if (!hasNews) return;
  // With the time the feedback waited to be sent: that delays our reaction as well.
  of.roundTripMs += (((asUs(nowMs) - newestUs) | 0) / 1000 - of.roundTripMs) / 8;
  const { trend, rate, roundTripMs } = of;
  if (trend.signal === 'Overuse') fall(rate, deliveredBps(of.arrived, queuedSteps), roundTripMs, nowMs);
  else if (trend.signal === 'Normal') {
    const arrivedBps = deliveredBps(of.arrived);
    rise(rate, arrivedBps, Math.min(arrivedBps, deliveredBps(of.sent)), roundTripMs, nowMs);
  }
}

/**
 * What was missing and lies before the packets that are told of now is lost: what came late would have been told of once
 * more. Packets that no feedback spoke of, since it was lost itself, are taken to have arrived when they should.
 */
function decideLosses(of: Estimator, baseSequence: number, history: SendHistory, nowMs: number): void {
  if (slotOf(history, baseSequence) < 0) return;
  if (slotOf(history, of.undecided) < 0) of.undecided = baseSequence;
  // Both lie in the history, so they are less than its length apart.
  const ahead = ((baseSequence - of.undecided) << 16) >> 16;
  let packets = 0;
  let lost = 0;
  for (let i = 0; i < ahead; i++) {
    const slot = slotOf(history, (of.undecided + i) & 0xffff);
    const found = fateOf(history, slot);
    if (found === fate.unknown) {
      assumeArrived(of, history, slot);
      continue;
    }
    packets += 1;
    if (found === fate.missing) lost += 1;
  }
  if (ahead > 0) of.undecided = baseSequence;
  hearLosses(of.loss, packets, lost, estimateBps(of), deliveredBps(of.arrived), nowMs);
}

/** What the last packet took to arrive, it took as well; else a lost feedback would look like a network at a standstill. */
function assumeArrived(of: Estimator, history: SendHistory, slot: number): void {
  if (of.trend.bursts === 0) return;
  const laterMs = ((sentUs(history, slot) - of.sendClock.last) | 0) / 1000;
  const bytes = sentBytes(history, slot);
  noteDelivered(of.sent, of.sendClock.ms + laterMs, bytes);
  noteDelivered(of.arrived, of.arrivalClock.ms + laterMs, bytes);
}

/** Takes in what a receiver report says, of a client that gives no transport-wide feedback. */
export function hearReportedLosses(of: Estimator, packets: number, lost: number, nowMs: number): void {
  if (!hasFeedback(of)) hearLosses(of.loss, packets, lost, estimateBps(of), -1, nowMs);
}

/** Takes in a REMB; it holds until the next. */
export function hearRemb(of: Estimator, bps: number): void {
  of.rembBps = Math.max(lowestBps, bps);
}

/**
 * To be called about once a second: when packets were sent and nothing is heard of them any more, nothing arrives, and the
 * next that is sent should be little.
 */
export function noteSilence(of: Estimator, history: SendHistory, nowMs: number): void {
  const { lastFeedbackMs, rate } = of;
  if (!hasFeedback(of) || nowMs - lastFeedbackMs < starvedMs) return;
  const newest = slotOf(history, (history.sent - 1) & 0xffff);
  const sentAgoMs = newest < 0 ? Number.POSITIVE_INFINITY : ((asUs(nowMs) - sentUs(history, newest)) | 0) / 1000;
  if (sentAgoMs < starvedMs) rate.bps = Math.max(lowestBps, rate.bps / 2);
}

/** What may be sent in all: media, retransmissions, reports. Never below 30 kbit/s. */
export function estimateBps(of: Estimator): number {
  const { rate, loss, rembBps } = of;
  // A client that gives no feedback on packets is known by its REMB alone.
  const isBlind = !hasFeedback(of) && rembBps !== Number.POSITIVE_INFINITY;
  return Math.max(lowestBps, Math.min(isBlind ? rembBps : rate.bps, loss.bps, rembBps));
}

/** The queue to it grows, or it loses more than a tenth: of what was judged last, unless that is said to be too long ago. */
export const isCongested = ({ trend, loss }: Estimator, lossRatio = loss.ratio): boolean =>
  trend.signal === 'Overuse' || lossRatio > heavyLossRatio;

/** The time that a value of the clock means: the nearest to that of the last value. */
function unwrap(clock: Unwrapped, value: number, perMs: number): number {
  clock.ms += ((value - clock.last) | 0) / perMs;
  clock.last = value;
  return clock.ms;
}
