/**
 * What losses forbid (draft-ietf-rmcat-gcc-02 section 6): above 10 % less is sent, up to 2 % more, in between neither. Unlike
 * the draft's, this bound is none until losses have been heavy, and in between it is kept for some seconds, not for ever: a
 * network that loses a few percent whatever is sent, as radio does, must not keep a client at what it began with, nor at
 * where a bad moment left it. Where a queue is the cause its growth is seen in the delay.
 */
export interface LossBound {
  /** Bits a second; Infinity while nothing is forbidden. */
  bps: number;
  /** Since it was judged last. */
  packets: number;
  lost: number;
  sinceMs: number;
  /** Of those judged last, and when they were last heavy. */
  ratio: number;
  heavyMs: number;
}

/**
 * More than that is heavy: less is sent then, as the draft has it, and it is a sign of congestion for whoever decides what is
 * sent. Radio loses a tenth now and then whatever is sent, and nothing is to be concluded from that.
 */
export const heavyLossRatio = 0.1;
const light = 0.02;
/** So many lost, or so many sent, tell 5 % from 10 %; fewer would judge by chance. */
const enoughLost = 20;
const enoughPackets = 200;
/** A slow stream is judged by what there is, down to this; sooner when it looks well. */
const patienceMs = 4000;
const shortPatienceMs = 1000;
const fewestPackets = 20;
/** The senders' reaction takes a round trip to be felt. */
const restMs = 300;
/** 5 % with each report in the draft, some one a second; here as fast as the rate itself rises. */
const growthPerSecond = 1.08;
/** If the rate was the cause, what follows it is again. */
const keptMs = 5000;
const arriving = 0.85;

export const lossBound = (): LossBound => ({
  bps: Number.POSITIVE_INFINITY,
  packets: 0,
  lost: 0,
  sinceMs: Number.NEGATIVE_INFINITY,
  ratio: 0,
  heavyMs: Number.NEGATIVE_INFINITY,
});

/**
 * Takes in what became of packets.
 *
 * @param presentBps what is sent at most now
 * @param deliveredBps what of it arrives; -1 when that is not known
 */
export function hearLosses(
  of: LossBound,
  packets: number,
  lost: number,
  presentBps: number,
  deliveredBps: number,
  nowMs: number,
): void {
  if (of.sinceMs === Number.NEGATIVE_INFINITY) of.sinceMs = nowMs;
  of.packets += packets;
  of.lost += lost;
  const elapsedMs = nowMs - of.sinceMs;
  if (!isTimeToJudge(of, elapsedMs)) return;
  of.ratio = of.lost / of.packets;
  of.packets = 0;
  of.lost = 0;
  of.sinceMs = nowMs;
  // Lost was of what was sent a round trip ago: a rate that fell since must not fall for it again, below what does arrive.
  if (of.ratio > heavyLossRatio) {
    of.bps = Math.max(Math.min(of.bps, presentBps) * (1 - of.ratio / 2), Math.min(of.bps, arriving * deliveredBps));
    of.heavyMs = nowMs;
  } else if (of.ratio < light || nowMs - of.heavyMs > keptMs) of.bps *= growthPerSecond ** (elapsedMs / 1000);
  // It forbids nothing any more.
  if (of.bps > 2 * presentBps) of.bps = Number.POSITIVE_INFINITY;
}

function isTimeToJudge({ packets, lost }: LossBound, elapsedMs: number): boolean {
  if (elapsedMs < restMs || packets === 0) return false;
  if (lost >= enoughLost || packets >= enoughPackets) return true;
  return packets >= fewestPackets && elapsedMs >= (lost < light * packets ? shortPatienceMs : patienceMs);
}

/** Whether more than a tenth was lost, as judged last. */
export const isHeavy = ({ ratio }: LossBound): boolean => ratio > heavyLossRatio;
