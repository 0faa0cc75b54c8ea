/**
 * How busy a thread's loop is. Two windows, the running one and the one before it, so that whoever asks sees the last five
 * to ten seconds, however often and by how many it is asked.
 */
import type { ThreadLoad } from './plane.ts';

/** Time that a loop has spent, since it started: as `performance.eventLoopUtilization()` says it. */
export interface LoopTime {
  readonly active: number;
  readonly idle: number;
}

const windowMs = 5000;

/** `turn` is to be called by a timer of `everyMs`; one that comes late shows how long the loop was held up. */
export function threadLoad(everyMs: number, now: () => number, loopTime: () => LoopTime) {
  let lastTurnMs = now();
  let windowStartMs = lastTurnMs;
  let worstMs = 0;
  let worstBeforeMs = 0;
  let from = loopTime();
  let fromBefore = from;
  return {
    turn(): void {
      const turnMs = now();
      if (turnMs - windowStartMs >= windowMs) {
        windowStartMs = turnMs;
        worstBeforeMs = worstMs;
        worstMs = 0;
        fromBefore = from;
        from = loopTime();
      }
      worstMs = Math.max(worstMs, turnMs - lastTurnMs - everyMs);
      lastTurnMs = turnMs;
    },
    seen(): ThreadLoad {
      const { active, idle } = loopTime();
      const busy = active - fromBefore.active;
      const all = busy + idle - fromBefore.idle;
      const heldUpMs = Math.max(worstMs, worstBeforeMs, now() - lastTurnMs - everyMs);
      return { utilization: all > 0 ? busy / all : 0, lagSeconds: heldUpMs / 1000 };
    },
  };
}
