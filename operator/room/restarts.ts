import { restartsOf, restartWindowMs } from '../decide/crash-loop.ts';
import type { Pod } from '../kube.ts';

interface Counted {
  readonly restarts: number;
  /** When those within the window were seen, in ms. */
  readonly atMs: readonly number[];
}

/** Counts how often the servers of rooms crash. Kept in memory: what came before this operator is nobody's news. */
export function restarts() {
  const rooms = new Map<string, Map<string, Counted>>();
  const totals = new Map<string, number>();
  return {
    /** Notes what the pods of a room say now. Resolves to how many restarts are new, by pod. */
    note(key: string, pods: readonly Pod[], nowMs: number): ReadonlyMap<Pod, number> {
      const before = rooms.get(key);
      const fresh = new Map<Pod, number>();
      const after = pods.map((pod) => {
        const { uid = '' } = pod.metadata;
        const known = before?.get(uid) ?? { restarts: restartsOf(pod), atMs: [] };
        const count = Math.max(0, restartsOf(pod) - known.restarts);
        if (count > 0) fresh.set(pod, count);
        const atMs = [...known.atMs, ...Array<number>(count).fill(nowMs)].filter((at) => nowMs - at < restartWindowMs);
        return [uid, { restarts: known.restarts + count, atMs }] as const;
      });
      rooms.set(key, new Map(after));
      for (const count of fresh.values()) totals.set(key, (totals.get(key) ?? 0) + count);
      return fresh;
    },
    /** Those of a pod within the last minutes. */
    recent: (key: string, pod: Pod): number => rooms.get(key)?.get(pod.metadata.uid ?? '')?.atMs.length ?? 0,
    forget(key: string): void {
      rooms.delete(key);
      totals.delete(key);
    },
    /** All that were seen, by room. */
    totals: (): ReadonlyMap<string, number> => totals,
  };
}

export type Restarts = ReturnType<typeof restarts>;
