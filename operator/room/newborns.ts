import type { Pod } from '../kube.ts';

export type Newborns = ReturnType<typeof newborns>;

/** The scheduler mostly takes a few hundredths of a second. */
const patienceMs = 300;

/** Pods that were made just now, by their room: what is said of one once it is placed need not be said twice. */
export function newborns(now: () => number) {
  const seen = new Map<string, { readonly uid: string | undefined; readonly sinceMs: number }>();
  return {
    /** How long the report of a room with this origin may wait for a node to be found, in ms; undefined: not at all. */
    waitMs(key: string, pod: Pod | undefined): number | undefined {
      if (pod === undefined || pod.spec.nodeName !== undefined || pod.status?.conditions !== undefined) {
        seen.delete(key);
        return undefined;
      }
      const { uid } = pod.metadata;
      const known = seen.get(key);
      if (known?.uid !== uid) seen.set(key, { uid, sinceMs: now() });
      const leftMs = patienceMs - (now() - (seen.get(key)?.sinceMs ?? 0));
      return leftMs > 0 ? leftMs : undefined;
    },
    forget: (key: string): unknown => seen.delete(key),
  };
}
