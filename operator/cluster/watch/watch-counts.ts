import type { Missed } from './consistency.ts';

/** What has happened to the copy of a collection. */
export interface WatchCounts {
  lists: number;
  watches: number;
  failures: number;
  unparsableLines: number;
  /** Comparisons of the copy with the collection that came to an end, and what the watch had lost by them. */
  comparisons: number;
  missed: Missed;
}

export const noCounts = (): WatchCounts => ({
  lists: 0,
  watches: 0,
  failures: 0,
  unparsableLines: 0,
  comparisons: 0,
  missed: { added: 0, changed: 0, deleted: 0 },
});
