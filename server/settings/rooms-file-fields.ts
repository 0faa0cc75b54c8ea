/** Parts of a rooms file, each checked by what may stand there. */

/** What the file says is not right; the message names the place and what may stand there. */
export class RoomsFileError extends Error {
  override readonly name = 'RoomsFileError';
}

export type Fields = Readonly<Record<string, unknown>>;

export function record(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'a mapping', value);
  return value as Fields;
}

export function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, 'a list', value);
  return value;
}

export function integer(value: unknown, path: string, min: number, max: number): number {
  if (!Number.isInteger(value) || Number(value) < min || Number(value) > max)
    throw wrong(path, `a whole number from ${min} to ${max}`, value);
  return Number(value);
}

export function oneOf<const T extends string>(value: unknown, path: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined) throw wrong(path, words.join(' or '), value);
  return found;
}

export function matching(pattern: RegExp, what: string) {
  return (value: unknown, path: string): string => {
    if (typeof value !== 'string' || !pattern.test(value)) throw wrong(path, what, value);
    return value;
  };
}

/** Of a token or a secret. RFC 6750 allows fewer characters; these are all that a header can carry in one word. */
export const tokenForm = {
  pattern: /^[!-~]{1,512}$/,
  words: 'at most 512 printable characters without spaces',
} as const;

export const oneWord = matching(tokenForm.pattern, tokenForm.words);

export const fileName = matching(/^[\w-][\w.-]{0,252}$/, 'the name of a file, without folders');

/** The value is shown, but for what might be a token. */
function wrong(path: string, what: string, value: unknown): RoomsFileError {
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
  return new RoomsFileError(`${path} must be ${what}${/\.(token|secret)$/.test(path) ? '' : `, not ${shown}`}`);
}
