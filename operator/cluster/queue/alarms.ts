/** One alarm for each key: the earliest of several. */
export function alarms(ring: (key: string) => void) {
  const planned = new Map<string, { readonly timer: NodeJS.Timeout; readonly atMs: number }>();
  return {
    set(key: string, afterMs: number): void {
      const atMs = performance.now() + afterMs;
      const now = planned.get(key);
      if (now !== undefined && now.atMs <= atMs) return;
      clearTimeout(now?.timer);
      const timer = setTimeout(() => {
        planned.delete(key);
        ring(key);
      }, afterMs);
      planned.set(key, { timer, atMs });
    },
    /** What a key was to come again for is looked at now, and the outcome says anew when to come again. */
    cancel(key: string): void {
      clearTimeout(planned.get(key)?.timer);
      planned.delete(key);
    },
    clear(): void {
      for (const { timer } of planned.values()) clearTimeout(timer);
      planned.clear();
    },
  };
}
