/**
 * How long pictures have to wait so that what is sent again comes in time. A receiver's buffer is made for how unevenly
 * packets come; it does not know how long a repair takes where it is not the one who asks for it, nor where nobody tells it
 * the round trip, and then the picture stands still for as long.
 *
 *   nobody waits ── three repairs, within some seconds ──► wait ── none for 3 s for each of late, 30 s at most ──► nobody waits
 *
 * It is about as long as the longest take: of one that takes longer half is believed at once, and each second takes a
 * millisecond off. Nothing allocates.
 */
export interface RepairWait {
  waitMs: number;
  isOn: boolean;
  /** Repairs of late, those of one moment counted once; time takes them off again. */
  recent: number;
  countedMs: number;
  agedMs: number;
}

/** What was lost now and then is not worth everybody's waiting. */
const enough = 3;
const most = 10;
const forgottenAfterMs = 3000;
const momentMs = 100;
const shorterPerMs = 1 / 1000;
/** Conversations become hard beyond that, and who waits for longer has lost more than repairs bring back. */
const longestMs = 400;
/** What is there is still to be decoded and drawn. */
const toBeShownMs = 15;

export const repairWait = (nowMs: number): RepairWait => ({
  waitMs: 0,
  isOn: false,
  recent: 0,
  countedMs: Number.NEGATIVE_INFINITY,
  agedMs: nowMs,
});

/** Notes that something came again, so much later than it would have come at first. */
export function noteRepair(state: RepairWait, lateMs: number, nowMs: number): void {
  age(state, nowMs);
  if (nowMs - state.countedMs >= momentMs) {
    state.recent = Math.min(most, state.recent + 1);
    state.countedMs = nowMs;
  }
  if (state.recent > enough - 1) state.isOn = true;
  const takesMs = Math.min(lateMs, longestMs);
  if (takesMs > state.waitMs) state.waitMs += (takesMs - state.waitMs) / 2;
}

/** Milliseconds by which pictures should wait now; 0: not at all. */
export function currentWaitMs(state: RepairWait, nowMs: number): number {
  age(state, nowMs);
  return state.isOn ? Math.min(longestMs, state.waitMs + toBeShownMs) : 0;
}

function age(state: RepairWait, nowMs: number): void {
  const passedMs = Math.max(0, nowMs - state.agedMs);
  state.agedMs = nowMs;
  state.recent = Math.max(0, state.recent - passedMs / forgottenAfterMs);
  state.waitMs = Math.max(0, state.waitMs - passedMs * shorterPerMs);
  if (state.recent > 0) return;
  state.isOn = false;
  state.waitMs = 0;
}
