/**
 * When a publisher's packets came, by their transport-wide sequence numbers, and the feedback about it. A sender that is
 * told its packets' arrivals estimates its link by them; one that is not has only loss to go by, which comes too late.
 */
import { extended } from '../rtp/packet-index.ts';
import { packetStatus, type TransportFeedback, ticksPerMs } from '../rtp/transport-feedback.ts';
import { writeTransportFeedback } from '../rtp/transport-feedback-write.ts';

/** Two seconds at 1000 packets a second; a feedback covers a tenth of a second. */
const slots = 2048;

/** Between 50 and 250 ms it is the receiver's choice; senders expect about this. */
export const feedbackEveryMs = 100;

/** A packet that comes this far behind the last one told of is told of after all, with those that followed it. */
const maxBehind = 128;

export interface ArrivalLog {
  readonly isThere: Uint8Array;
  readonly ticks: Int32Array;
  /** Extended numbers: the newest that came (-1: none), and the first that was not told of yet. */
  newest: number;
  next: number;
  hasNews: boolean;
  feedbackCount: number;
  nextFeedbackMs: number;
}

export const arrivalLog = (): ArrivalLog => ({
  isThere: new Uint8Array(slots),
  ticks: new Int32Array(slots),
  newest: -1,
  next: 0,
  hasNews: false,
  feedbackCount: 0,
  nextFeedbackMs: Number.NEGATIVE_INFINITY,
});

/** Notes a packet. Runs for each packet of a publisher; allocates nothing. What came twice counts by its first arrival. */
export function noteArrival(log: ArrivalLog, sequence: number, nowMs: number): void {
  const { newest, isThere } = log;
  // Counted from one lap on, so that packets older than the first are above zero.
  const index = newest < 0 ? sequence + 0x10000 : extended(newest, sequence);
  const slot = index % slots;
  if (newest < 0 || index - newest >= slots) {
    isThere.fill(0);
    log.next = index;
  } else if (index > newest) {
    for (let i = newest + 1; i < index; i++) isThere[i % slots] = 0;
    log.next = Math.max(log.next, index - slots + 1);
  } else if (newest - index >= slots || index < log.next - maxBehind || isThere[slot] === 1) return;
  isThere[slot] = 1;
  log.ticks[slot] = (nowMs * ticksPerMs) | 0;
  log.newest = Math.max(newest, index);
  log.next = Math.min(log.next, index);
  log.hasNews = true;
}

/**
 * The feedback on what came since the last, at most every 100 ms; most often one packet. Starts the next interval.
 *
 * @param mediaSsrc any of the publisher's
 * @param scratch overwritten; one serves all logs
 */
export function takeFeedback(
  log: ArrivalLog,
  ssrc: number,
  mediaSsrc: number,
  nowMs: number,
  scratch: TransportFeedback,
): Buffer[] {
  if (!log.hasNews || nowMs < log.nextFeedbackMs) return [];
  scratch.mediaSsrc = mediaSsrc;
  scratch.baseSequence = log.next & 0xffff;
  scratch.count = log.newest - log.next + 1;
  for (let i = 0; i < scratch.count; i++) {
    const slot = (log.next + i) % slots;
    scratch.statuses[i] = log.isThere[slot] === 1 ? packetStatus.smallDelta : packetStatus.missing;
    scratch.arrivals[i] = log.ticks[slot] ?? 0;
  }
  log.next = log.newest + 1;
  log.hasNews = false;
  log.nextFeedbackMs = nowMs + feedbackEveryMs;
  const packets: Buffer[] = [];
  for (let from = 0; from < scratch.count; ) {
    const { packet, next } = writeTransportFeedback(ssrc, scratch, from, log.feedbackCount++);
    packets.push(packet);
    from = next;
  }
  return packets;
}
