import { noteSent, sendHistory } from '#server/media/down/send-history.ts';
import {
  type Estimator,
  estimateBps,
  estimator,
  hearFeedback,
  isCongested,
  noteSilence,
} from '#server/media/estimate/estimator.ts';
import { emptyFeedback, nextTransportFeedback } from '#server/media/rtp/transport-feedback.ts';
import { arrivalLog, noteArrival, takeFeedback } from '#server/media/up/arrival-log.ts';
import { seeded } from '#test/harness/seeded.ts';

/** A link with one queue in front of it, and a way back that only takes time. */
export interface LinkSpec {
  readonly seed: number;
  /** Bits a second. */
  readonly capacityBps: (ms: number) => number;
  /** One way. */
  readonly delayMs?: number;
  /** Added to each packet by chance, up to this. */
  readonly jitterMs?: number;
  /** Whether jitter lets packets overtake each other. */
  readonly reorders?: boolean;
  /** What waits longer is dropped at the end of the queue. */
  readonly queueMs?: number;
  /** Of 1, by chance, whatever is sent. */
  readonly lossRatio?: number;
  /** Of feedback on its way back. */
  readonly feedbackLossRatio?: number;
}

/** Packets of a client and the estimate of its link, a millisecond at a time, through our own feedback, read and written. */
export interface Simulated {
  readonly nowMs: number;
  readonly estimator: Estimator;
  readonly estimateBps: number;
  readonly isCongested: boolean;
  /** How long a packet sent now would wait. */
  readonly queueMs: number;
  readonly sent: number;
  readonly dropped: number;
  readonly sentBytes: number;
  send(bytes: number): void;
}

const headerBytes = 60;

/** Runs the link for `seconds`; `eachMs` sends. */
export function simulate(spec: LinkSpec, seconds: number, eachMs: (at: Simulated) => void): Estimator {
  const { capacityBps, delayMs = 30, jitterMs = 0, reorders = false, queueMs = 1000 } = spec;
  const { lossRatio = 0, feedbackLossRatio = 0 } = spec;
  const random = seeded(spec.seed);
  const of = estimator();
  const history = sendHistory();
  const log = arrivalLog();
  const scratch = emptyFeedback();
  const into = emptyFeedback();
  const underWay = new Map<number, (() => void)[]>();
  const later = (ms: number, call: () => void) => {
    const due = Math.ceil(ms);
    const calls = underWay.get(due);
    if (calls === undefined) underWay.set(due, [call]);
    else calls.push(call);
  };
  let freeMs = 0;
  let lastArrivalMs = 0;
  const at = {
    nowMs: 0,
    estimator: of,
    estimateBps: 0,
    isCongested: false,
    queueMs: 0,
    sent: 0,
    dropped: 0,
    sentBytes: 0,
    send(bytes: number) {
      const { nowMs } = at;
      const sequence = noteSent(history, bytes, nowMs);
      at.sent += 1;
      at.sentBytes += bytes;
      const startMs = Math.max(nowMs, freeMs);
      if (startMs - nowMs > queueMs || random() < lossRatio) {
        at.dropped += 1;
        return;
      }
      freeMs = startMs + (bytes * 8000) / capacityBps(startMs);
      const arrival = freeMs + delayMs + random() * jitterMs;
      const arrivalMs = reorders ? arrival : Math.max(lastArrivalMs, arrival);
      lastArrivalMs = arrivalMs;
      later(arrivalMs, () => noteArrival(log, sequence, arrivalMs));
    },
  };
  for (let ms = 0; ms < seconds * 1000; ms++) {
    at.nowMs = ms;
    for (const call of underWay.get(ms) ?? []) call();
    underWay.delete(ms);
    for (const packet of takeFeedback(log, 1, 2, ms, scratch))
      if (random() >= feedbackLossRatio) later(ms + delayMs + random() * jitterMs + 1, () => hear(packet));
    if (ms % 1000 === 0) noteSilence(of, history, ms);
    at.estimateBps = estimateBps(of);
    at.isCongested = isCongested(of);
    at.queueMs = Math.max(0, freeMs - ms);
    eachMs(at);
  }
  function hear(packet: Buffer): void {
    for (let end = nextTransportFeedback(packet, 0, into); end > 0; end = nextTransportFeedback(packet, end, into))
      hearFeedback(of, into, history, at.nowMs);
  }
  return of;
}

/** Sends packets of 1200 bytes evenly, at a rate that may change all the time. */
export function evenly(bpsNow: (at: Simulated) => number): (at: Simulated) => void {
  let owedBytes = 0;
  return (at) => {
    owedBytes += bpsNow(at) / 8000;
    for (; owedBytes >= 1200; owedBytes -= 1200) at.send(1200);
  };
}

/** An encoder's pacer lets frames out at so many times the mean rate, and that is how they are forwarded. */
const pace = 2.5;

/** Sends video of 30 frames a second, one each two seconds four times as large, and audio: 100 bytes each 20 ms. */
export function framesAt(bpsNow: (at: Simulated) => number, random: () => number): (at: Simulated) => void {
  let owedBytes = 0;
  let allowedBytes = 0;
  let frame = 0;
  let nextFrameMs = 0;
  return (at) => {
    if (at.nowMs % 20 === 0) at.send(100 + headerBytes);
    if (at.nowMs >= nextFrameMs) {
      // Of 60 frames one is of size 4, so that the mean is 1.
      const size = frame % 60 === 0 ? 4 : 56 / 59 + 0.2 * (random() - 0.5);
      owedBytes += (bpsNow(at) / 8 / 30) * size;
      nextFrameMs += 1000 / 30;
      frame += 1;
    }
    allowedBytes = owedBytes <= 0 ? 0 : allowedBytes + (pace * bpsNow(at)) / 8000;
    while (owedBytes > 0 && allowedBytes >= 0) {
      const bytes = Math.min(1200, Math.ceil(owedBytes));
      at.send(bytes + headerBytes);
      owedBytes -= bytes;
      allowedBytes -= bytes;
    }
  };
}
