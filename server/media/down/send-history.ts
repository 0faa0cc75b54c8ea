/**
 * What was sent to one client and when, by transport-wide sequence number, until the client has said what became of it.
 * Made when the first packet that bears such a number is sent: 7 kB outside the heap.
 */
import { packetStatus } from '../rtp/transport-feedback.ts';

/** A second at 1000 packets a second: more than a round trip and the wait for the feedback. A power of two. */
const slots = 1024;

export const fate = { unknown: 0, missing: 1, arrived: 2 } as const;

export interface SendHistory {
  /** Microseconds modulo 2^32: only differences mean anything, `(a - b) | 0`. */
  readonly sentUs: Int32Array;
  readonly sizes: Uint16Array;
  readonly fates: Uint8Array;
  /** How many were ever sent. The next has this number, in its lowest 16 bits. */
  sent: number;
}

export const sendHistory = (): SendHistory => ({
  sentUs: new Int32Array(slots),
  sizes: new Uint16Array(slots),
  fates: new Uint8Array(slots),
  sent: 0,
});

export const asUs = (ms: number): number => (ms * 1000) | 0;

/** Notes a packet of `bytes`; returns the number to send it under. Runs for each packet sent; allocates nothing. */
export function noteSent(history: SendHistory, bytes: number, nowMs: number): number {
  const slot = history.sent & (slots - 1);
  history.sentUs[slot] = asUs(nowMs);
  history.sizes[slot] = bytes;
  history.fates[slot] = fate.unknown;
  return history.sent++ & 0xffff;
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
  if (history.fates[slot] === fate.arrived) return false;
  history.fates[slot] = status === packetStatus.missing ? fate.missing : fate.arrived;
  return status !== packetStatus.missing;
}
