/**
 * Packets that the publisher's network lost, to be asked for again. A gap is asked for at once, and again while it stays
 * open; a gap too wide to be worth it is left to a key frame.
 */
export interface Missing {
  readonly packets: Map<number, { asked: number; dueMs: number }>;
}

export const missing = (): Missing => ({ packets: new Map() });

/** More would not fit the time in which they are of use. */
const maxMissing = 128;
const maxAsked = 5;
/** A guess above most round trips: asking twice within one only costs. */
const askAgainMs = 100;

/** Notes the indices from `from` up to, and without, `to`. False when there are too many: then all are given up. */
export function noteGap(state: Missing, from: number, to: number, nowMs: number): boolean {
  if (to - from + state.packets.size > maxMissing) {
    state.packets.clear();
    return false;
  }
  for (let index = from; index < to; index++) state.packets.set(index, { asked: 0, dueMs: nowMs });
  return true;
}

/** The indices to ask for now, oldest first. Each is given up after five times. */
export function takeDue(state: Missing, nowMs: number): number[] {
  const due: number[] = [];
  for (const [index, packet] of state.packets) {
    if (packet.dueMs > nowMs) continue;
    if (packet.asked === maxAsked) {
      state.packets.delete(index);
      continue;
    }
    packet.asked += 1;
    packet.dueMs = nowMs + askAgainMs;
    due.push(index);
  }
  return due;
}
