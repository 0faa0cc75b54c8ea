/** Numbers as the page says them. */
export const count = (value: number): string => value.toLocaleString('en');

export const tenths = (value: number): string => value.toFixed(1);

export const inSeconds = (ms: number): string => `${tenths(ms / 1000)} s`;

export const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

/** One after the other, the last with "and". */
export const inARow = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
