/** One thing that was to be shown, and what was seen. */
export interface Proof {
  readonly what: string;
  readonly seen: string;
  readonly holds: boolean;
}

export const proof = (what: string, seen: string | number, holds: boolean): Proof => ({
  what,
  seen: String(seen),
  holds,
});

/** A list that was to be empty; of a long one, the beginning. */
export const none = (what: string, found: readonly string[]): Proof =>
  proof(what, found.length === 0 ? 'none' : `${found.length}: ${found.slice(0, 5).join('; ')}`, found.length === 0);

/** The closing table. */
export const table = (rows: readonly Proof[]): string => {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map(({ what, seen, holds }) => `${holds ? 'held  ' : 'FAILED'}  ${what.padEnd(width)}  ${seen}`)
    .join('\n');
};
