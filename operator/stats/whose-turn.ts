export interface Turn<T> {
  readonly id: string;
  /** Goes before the others. */
  readonly isFirst: boolean;
  readonly value: T;
}

/** Of every so many, one is of the others, however many go first. */
const shareOfOthers = 4;

/**
 * Whose turn it is, where not everybody can have one as often as all should: each after `everyMs`, whoever goes first before
 * the others, and among like ones whoever has waited longest.
 */
export function turns<T>(everyMs: number) {
  const lanes = { first: lane<T>(everyMs), others: lane<T>(everyMs) };
  let taken = 0;

  return {
    /** All that there are now; whoever is not among them is forgotten. */
    replace(all: readonly Turn<T>[]): void {
      const ids = new Set(all.map(({ id }) => id));
      for (const one of Object.values(lanes)) one.keep(ids);
      for (const turn of all) {
        const [to, from] = turn.isFirst ? [lanes.first, lanes.others] : [lanes.others, lanes.first];
        to.put(turn.id, turn.value, from.take(turn.id));
      }
    },

    /** The next one, who is put at the end; undefined while it is nobody's turn. */
    next(nowMs: number): T | undefined {
      const { first, others } = lanes;
      const order = ++taken % shareOfOthers === 0 ? [others, first] : [first, others];
      for (const one of order) {
        const next = one.next(nowMs);
        if (next !== undefined) return next;
      }
      return undefined;
    },
  };
}

/** In a Map whoever is put in last comes last, so that those who have had a turn are in the order of it. */
function lane<T>(everyMs: number) {
  const fresh = new Map<string, T>();
  const served = new Map<string, { value: T; readonly atMs: number }>();

  return {
    keep(ids: ReadonlySet<string>): void {
      for (const all of [fresh, served]) for (const id of all.keys()) if (!ids.has(id)) all.delete(id);
    },
    /** Puts one in, or its value in place. `atMs` is when it had its last turn, in the other lane. */
    put(id: string, value: T, atMs: number | undefined): void {
      const known = served.get(id);
      if (known !== undefined) known.value = value;
      else if (atMs !== undefined) served.set(id, { value, atMs });
      else fresh.set(id, value);
    },
    /** Takes one out; resolves to when it had its last turn. */
    take(id: string): number | undefined {
      fresh.delete(id);
      const atMs = served.get(id)?.atMs;
      served.delete(id);
      return atMs;
    },
    next(nowMs: number): T | undefined {
      for (const [id, value] of fresh) {
        fresh.delete(id);
        served.set(id, { value, atMs: nowMs });
        return value;
      }
      for (const [id, { value, atMs }] of served) {
        if (nowMs - atMs < everyMs) return undefined;
        served.delete(id);
        served.set(id, { value, atMs: nowMs });
        return value;
      }
      return undefined;
    },
  };
}
