import { greater, type Urgency } from './urgency.ts';

interface Alarm {
  readonly timer: NodeJS.Timeout;
  readonly atMs: number;
  urgency: Urgency;
}

/** One alarm for each key: the earliest of several, with the greatest urgency of them, and none while the key is held. */
export function alarms(ring: (key: string, urgency: Urgency) => void) {
  const planned = new Map<string, Alarm>();
  const heldUntilMs = new Map<string, number>();
  const heldMs = (key: string) => Math.max(0, (heldUntilMs.get(key) ?? 0) - performance.now());
  return {
    /** In `afterMs`, or when the key is no longer held. */
    set(key: string, afterMs: number, urgency: Urgency): void {
      const waitMs = Math.max(afterMs, heldMs(key));
      const atMs = performance.now() + waitMs;
      const now = planned.get(key);
      const most = greater(urgency, now?.urgency);
      if (now !== undefined && now.atMs <= atMs) {
        now.urgency = most;
        return;
      }
      clearTimeout(now?.timer);
      const timer = setTimeout(() => {
        planned.delete(key);
        heldUntilMs.delete(key);
        ring(key, alarm.urgency);
      }, waitMs);
      const alarm: Alarm = { timer, atMs, urgency: most };
      planned.set(key, alarm);
    },
    /**
     * What a key was to come again for is looked at now, and the outcome says anew when to come again. Resolves to how
     * urgent that was.
     */
    cancel(key: string): Urgency | undefined {
      const now = planned.get(key);
      clearTimeout(now?.timer);
      planned.delete(key);
      heldUntilMs.delete(key);
      return now?.urgency;
    },
    /** Any alarm that is set from now on waits so long, in ms; at least one has to be. */
    hold(key: string, forMs: number): void {
      heldUntilMs.set(key, performance.now() + forMs);
    },
    isHeld: (key: string): boolean => heldMs(key) > 0,
    clear(): void {
      for (const { timer } of planned.values()) clearTimeout(timer);
      planned.clear();
    },
  };
}
