/** Durations in milliseconds. The defaults are client-go's, but for those that it lacks. */
export interface ReflectorTiming {
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  /** The longest wait for a server that does not answer or fails: when it is back, nobody tells us. */
  readonly backoffAwayMs: number;
  readonly backoffStableMs: number;
  /** A watch with neither event nor bookmark for so long is dead; bookmarks come about once a minute. */
  readonly inactivityMs: number;
  /** A watch that ends sooner and has come no further was no watch: some proxies close them at once, for ever. */
  readonly shortestWatchMs: number;
  /** A page of a list that takes longer hangs: its request has time limits of its own, which are shorter. */
  readonly pageMs: number;
  /** How often the copy is compared with the collection; each time up to a quarter sooner or later. */
  readonly compareEveryMs: number;
  /** How long a refusal lasts until it is one that a person has to do something about. */
  readonly refusedForMs: number;
}

export const defaultTiming: ReflectorTiming = {
  backoffFirstMs: 800,
  backoffMaxMs: 30_000,
  // Half of it on average: less than once a second, and after an outage what is new is known within five.
  backoffAwayMs: 3_000,
  backoffStableMs: 60_000,
  inactivityMs: 150_000,
  shortestWatchMs: 1_000,
  pageMs: 120_000,
  compareEveryMs: 600_000,
  refusedForMs: 60_000,
};
