/**
 * Numbers per second, from samples that are taken every so often. Pure.
 *
 *   samples   │·    ·    ·    ·    ·    ·│ newest
 *   window         ├─────────────────────┤  from the first sample that is at least that old; the oldest, as long as none is
 */

/** Numbers at one moment. */
export interface Sample<Counter extends string> {
  /** On a clock that does not jump. */
  readonly atMs: number;
  /** They only grow, but begin anew with what counts them. */
  readonly counters: Readonly<Record<Counter, number>>;
  readonly memoryBytes: number;
}

/** The samples with a new one, without those that no window of `windowMs` can begin with any more. */
export function remembered<S extends { readonly atMs: number }>(
  samples: readonly S[],
  next: S,
  windowMs: number,
): readonly S[] {
  const all = [...samples, next];
  return all.slice(Math.max(0, startOf(all, windowMs)));
}

/** What each counter grew by in a second, over the window; 0 where no time has passed. */
export function rates<C extends string>(samples: readonly Sample<C>[], windowMs: number): Readonly<Record<C, number>> {
  const within = windowOf(samples, windowMs);
  const seconds = lengthMs(within) / 1000;
  const names = Object.keys(within.at(-1)?.counters ?? {}) as C[];
  const grown = (name: C) => sum(spans(within), ({ from, to }) => growth(from.counters[name], to.counters[name]));
  return Object.fromEntries(names.map((name) => [name, seconds > 0 ? grown(name) / seconds : 0])) as Record<C, number>;
}

/** The memory of the window, each sample weighted with the time that it stands for. */
export function averageMemory(samples: readonly Sample<string>[], windowMs: number): number {
  const within = windowOf(samples, windowMs);
  const ms = lengthMs(within);
  if (ms <= 0) return within.at(-1)?.memoryBytes ?? 0;
  return sum(spans(within), ({ from, to }) => to.memoryBytes * (to.atMs - from.atMs)) / ms;
}

/** A counter that is less than it was has begun anew: all that it shows is new. */
const growth = (from: number, to: number) => (to >= from ? to - from : to);

const windowOf = <S extends { readonly atMs: number }>(samples: readonly S[], windowMs: number) =>
  samples.slice(Math.max(0, startOf(samples, windowMs)));

/** -1 when no sample is as old as that. */
const startOf = (samples: readonly { readonly atMs: number }[], windowMs: number) => {
  const newest = samples.at(-1)?.atMs ?? 0;
  return samples.findLastIndex(({ atMs }) => newest - atMs >= windowMs);
};

const lengthMs = (samples: readonly { readonly atMs: number }[]) =>
  (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);

const spans = <S>(samples: readonly S[]) => samples.slice(1).map((to, i) => ({ from: samples[i] as S, to }));

const sum = <T>(values: readonly T[], of: (value: T) => number) =>
  values.reduce((total, value) => total + of(value), 0);
