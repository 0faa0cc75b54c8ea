/**
 * What was sent to one client and when, by transport-wide sequence number, until the client has said what became of it: 8 kB
 * outside the heap.
 */
import { packetStatus } from '../rtp/transport-feedback.ts';

/** A second at 1000 packets a second: more than a round trip and the wait for the feedback. A power of two. */
const slots = 1024;
const wordsOfEach = 2 * slots;
/** Of one client: packets that it can be told of. */
export const historyPackets = slots;

export const fate = { unknown: 0, missing: 1, arrived: 2 } as const;

export interface SendHistory {
  /**
   * Two words for each packet, side by side, as each one that is sent comes to memory that was not touched for long: when,
   * and its size times 4 plus its fate. Some clients share them, so that what V8 knows of an array is at hand for the next.
   */
  readonly words: Int32Array;
  /** Where its own begin. */
  readonly start: number;
  /** How many were ever sent. The next has this number, in its lowest 16 bits. */
  sent: number;
}

/** Clients to an array. It is freed with the last of them, so not many. */
const sharing = 16;
let shared = new Int32Array(0);
let taken = sharing;

export function sendHistory(): SendHistory {
  if (taken === sharing) {
    shared = new Int32Array(sharing * wordsOfEach);
    taken = 0;
  }
  return { words: shared, start: wordsOfEach * taken++, sent: 0 };
}

/** Microseconds modulo 2^32: only differences mean anything, `(a - b) | 0`. */
export const asUs = (ms: number): number => (ms * 1000) | 0;

/** Of the packet in a slot: when it was sent, as `asUs` has it; how many bytes it had; and what became of it. */
export const sentUs = ({ words, start }: SendHistory, slot: number): number => words[start + 2 * slot] ?? 0;
const sizeAndFate = ({ words, start }: SendHistory, slot: number): number => words[start + 2 * slot + 1] ?? 0;
export const sentBytes = (history: SendHistory, slot: number): number => sizeAndFate(history, slot) >>> 2;
export const fateOf = (history: SendHistory, slot: number): number => sizeAndFate(history, slot) & 3;

/** Notes a packet of `bytes`; returns the number to send it under. Runs for each packet sent; allocates nothing. */
export function noteSent(history: SendHistory, bytes: number, nowMs: number): number {
  const { words, start, sent } = history;
  const at = start + 2 * (sent & (slots - 1));
  words[at] = asUs(nowMs);
  words[at + 1] = (bytes << 2) | fate.unknown;
  history.sent = sent + 1;
  return sent & 0xffff;
}

/** Where a packet is noted; -1 when it was never sent, or too long ago. */
export function slotOf({ sent }: SendHistory, sequence: number): number {
  const age = (sent - 1 - sequence) & 0xffff;
  return age < Math.min(slots, sent) ? sequence & (slots - 1) : -1;
}

/**
 * Takes in what the client says of one packet. True when it arrived and that is new: what was missing may still come, and
 * clients say again what they have said.
 */
export function noteFate(history: SendHistory, slot: number, status: number): boolean {
  if (fateOf(history, slot) === fate.arrived) return false;
  const next = status === packetStatus.missing ? fate.missing : fate.arrived;
  history.words[history.start + 2 * slot + 1] = (sentBytes(history, slot) << 2) | next;
  return status !== packetStatus.missing;
}
