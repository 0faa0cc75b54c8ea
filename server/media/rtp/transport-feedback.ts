/**
 * Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1): when each packet of a
 * transport came, of whichever stream, by a sequence number of the transport's own. It comes ten times a second from each
 * subscriber and speaks of every packet it was sent, so it is read into arrays that are used again; nothing is allocated.
 *
 *    base sequence │ status count │ reference time, 24 bits of 64 ms │ feedback count
 *    chunks: a status for each packet, as a run (15 bits: status, length) or a list (14 of one bit, 7 of two)
 *    deltas: for each packet that came, one byte or two of 250 µs since the one before
 */

import { isTransportWide, word } from './rtcp.ts';
import { packetEnd } from './rtcp-packet.ts';

/** What a chunk says of a packet. `untimed` is reserved, and sent by some who tell no times. */
export const packetStatus = { missing: 0, smallDelta: 1, largeDelta: 2, untimed: 3 } as const;

export interface TransportFeedback {
  mediaSsrc: number;
  /** Of the first packet, 16 bits; those that follow count on, and wrap. */
  baseSequence: number;
  count: number;
  /** Numbers the feedback packets themselves, 8 bits. */
  feedbackCount: number;
  readonly statuses: Uint8Array;
  /**
   * In ticks of 250 µs by the receiver's clock, modulo 2^32, which is just where the reference time wraps: only differences
   * mean anything, `(a - b) | 0`. Set for packets with a delta.
   */
  readonly arrivals: Int32Array;
}

export const ticksPerMs = 4;

/** Four seconds at 1000 packets a second. A feedback over more is not believed: eight chunks could claim 65,535 packets. */
export const maxStatuses = 4096;

export const emptyFeedback = (): TransportFeedback => ({
  mediaSsrc: 0,
  baseSequence: 0,
  count: 0,
  feedbackCount: 0,
  statuses: new Uint8Array(maxStatuses),
  arrivals: new Int32Array(maxStatuses),
});

/**
 * Reads the first transport-wide feedback at or after `from`, which must be where a packet of the compound begins. Returns
 * where that one ends, to go on from there; -1 when there is none left. One that is broken, or of more than `most` packets, is
 * passed over, for next to nothing.
 */
export function nextTransportFeedback(
  compound: Buffer,
  from: number,
  into: TransportFeedback,
  most = maxStatuses,
): number {
  for (let at = from; ; ) {
    const end = packetEnd(compound, at);
    if (end < 0) return -1;
    if (isTransportWide(compound, at) && read(compound, at, end, into, most)) return end;
    at = end;
  }
}

const headerLength = 20;

function read(bytes: Buffer, at: number, end: number, into: TransportFeedback, most: number): boolean {
  if (end - at < headerLength) return false;
  into.mediaSsrc = word(bytes, at + 8);
  into.baseSequence = ((bytes[at + 12] ?? 0) << 8) | (bytes[at + 13] ?? 0);
  into.count = ((bytes[at + 14] ?? 0) << 8) | (bytes[at + 15] ?? 0);
  into.feedbackCount = bytes[at + 19] ?? 0;
  if (into.count > most) return false;
  const deltasAt = readStatuses(bytes, at + headerLength, end, into);
  // 64 ms are 256 ticks, so 24 bits of them fill 32 bits of ticks.
  return deltasAt > 0 && readArrivals(bytes, deltasAt, end, word(bytes, at + 16) & ~0xff, into);
}

/** Returns where the deltas begin; -1 when there are fewer statuses than promised. */
function readStatuses(bytes: Buffer, from: number, end: number, { count, statuses }: TransportFeedback): number {
  let at = from;
  for (let seen = 0; seen < count; at += 2) {
    if (at + 2 > end) return -1;
    const chunk = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (chunk < 0x8000) {
      const upTo = Math.min(count, seen + (chunk & 0x1fff));
      statuses.fill(chunk >>> 13, seen, upTo);
      seen = upTo;
    } else {
      const bits = (chunk & 0x4000) === 0 ? 1 : 2;
      // The list of the last chunk is longer than what is left of the packets.
      for (let shift = 14 - bits; shift >= 0 && seen < count; shift -= bits)
        statuses[seen++] = (chunk >>> shift) & (bits === 1 ? 1 : 3);
    }
  }
  return at;
}

/** False when there are fewer deltas than packets that came with one. */
function readArrivals(bytes: Buffer, from: number, end: number, reference: number, into: TransportFeedback): boolean {
  const { count, statuses, arrivals } = into;
  let ticks = reference;
  let at = from;
  for (let i = 0; i < count; i++) {
    const status = statuses[i];
    if (status === packetStatus.smallDelta) {
      if (at + 1 > end) return false;
      ticks = (ticks + (bytes[at] ?? 0)) | 0;
      arrivals[i] = ticks;
      at += 1;
    } else if (status === packetStatus.largeDelta) {
      if (at + 2 > end) return false;
      const delta = (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)) >> 16;
      ticks = (ticks + delta) | 0;
      arrivals[i] = ticks;
      at += 2;
    }
  }
  return true;
}
