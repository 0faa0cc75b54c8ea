/** One thing that was to be shown, and what was seen. */
export interface Proof {
  readonly what: string;
  readonly seen: string;
  readonly holds: boolean | 'skipped';
}

export const proof = (what: string, seen: string | number, holds: boolean): Proof => ({
  what,
  seen: String(seen),
  holds,
});

/** A list that was to be empty; of a long one, the beginning. */
export const none = (what: string, found: readonly string[]): Proof =>
  proof(what, found.length === 0 ? 'none' : `${found.length}: ${found.slice(0, 5).join('; ')}`, found.length === 0);

/** What cannot be shown here, and why. */
export const skipped = (what: string, why: string): Proof => ({ what, seen: why, holds: 'skipped' });

/** The closing table. */
export const table = (rows: readonly Proof[]): string => {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows.map(({ what, seen, holds }) => `${word(holds)}  ${what.padEnd(width)}  ${seen}`).join('\n');
};

const word = (holds: Proof['holds']): string => (holds === 'skipped' ? 'SKIPPED' : holds ? 'held' : 'FAILED').padEnd(7);

/** How many held, failed and could not be shown. */
export function tally(proofs: readonly Proof[]): string {
  const count = (wanted: Proof['holds']) => proofs.filter(({ holds }) => holds === wanted).length;
  return `${count(true)} held, ${count(false)} failed, ${count('skipped')} skipped`;
}

/** What a run ends with: 0 if all was shown, 1 if something failed, 3 if nothing did but something could not be shown. */
export function exitCode(proofs: readonly Proof[]): 0 | 1 | 3 {
  if (proofs.some(({ holds }) => holds === false)) return 1;
  return proofs.some(({ holds }) => holds === 'skipped') ? 3 : 0;
}
