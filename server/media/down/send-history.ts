/**
 * What was sent to one client and when, by transport-wide sequence number, until the client has said what became of it: 8 kB
 * outside the heap, which go when the client does.
 */
import { packetStatus } from '../rtp/transport-feedback.ts';

/** A second at 1000 packets a second: more than a round trip and the wait for the feedback. A power of two. */
const slots = 1024;
/** Of one client: packets that it can be told of. */
export const historyPackets = slots;

export const fate = { unknown: 0, missing: 1, arrived: 2 } as const;

export interface SendHistory {
  /**
   * Two words for each packet, side by side, as each one that is sent comes to memory that was not touched for long: when,
   * and its size times 4 plus its fate.
   */
  readonly words: Int32Array;
  /** How many were ever sent. The next has this number, in its lowest 16 bits. */
  sent: number;
}

export const sendHistory = (): SendHistory => ({ words: new Int32Array(2 * slots), sent: 0 });

/** Microseconds modulo 2^32: only differences mean anything, `(a - b) | 0`. */
export const asUs = (ms: number): number => (ms * 1000) | 0;

/** Of the packet in a slot: when it was sent, as `asUs` has it; how many bytes it had; and what became of it. */
export const sentUs = ({ words }: SendHistory, slot: number): number => words[2 * slot] ?? 0;
const sizeAndFate = ({ words }: SendHistory, slot: number): number => words[2 * slot + 1] ?? 0;
export const sentBytes = (history: SendHistory, slot: number): number => sizeAndFate(history, slot) >>> 2;
export const fateOf = (history: SendHistory, slot: number): number => sizeAndFate(history, slot) & 3;

/** Notes a packet of `bytes`; returns the number to send it under. Runs for each packet sent; allocates nothing. */
export function noteSent(history: SendHistory, bytes: number, nowMs: number): number {
  const { words, sent } = history;
  const at = 2 * (sent & (slots - 1));
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
  history.words[2 * slot + 1] = (sentBytes(history, slot) << 2) | next;
  return status !== packetStatus.missing;
}
