import { parse } from 'yaml';

/**
 * What the specifications of WHIP and WHEP ask for, row by row: rows.yaml in this folder. Tests name the rows that they
 * show at the end of their titles, `… is 204 (C-19, C-21)`, and stand on the page because of that; a row has
 *
 *     C-04:
 *       of: WHIP, WHEP, or both
 *       level: must, should or may, as the specification has it; practice, where it is what clients need
 *       asks: what, in our words
 *
 * and, unless its tests show all of it, `later` (what is missing) or `not` (why it does not apply, or is not done).
 */
export interface Row {
  readonly id: string;
  readonly of: string;
  readonly level: string;
  readonly asks: string;
  readonly later?: string;
  readonly not?: string;
}

const lastRow = 42;

/** The ids that there have to be, in order. */
export const ids: readonly string[] = Array.from(
  { length: lastRow },
  (_, index) => `C-${String(index + 1).padStart(2, '0')}`,
);

/** The rows of a file, in its order. Throws where the YAML is broken. */
export const rows = (yaml: string): readonly Row[] =>
  Object.entries((parse(yaml) ?? {}) as Readonly<Record<string, Omit<Row, 'id'>>>).map(([id, row]) => ({ ...row, id }));
