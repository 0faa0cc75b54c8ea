import { parsed } from './options.ts';

/**
 * The command line that was given, as a shell takes it, with other values for some of its options. Tokens are left out, as
 * what is said here may end up in a log; what stands in their place is none.
 *
 * @param changed the new values by the options' names, without dashes
 */
export function saidAgain(args: readonly string[], changed: ReadonlyMap<string, string>): string {
  const kept = parsed(args).tokens.flatMap((token) => {
    if (token.kind === 'positional') return [quoted(token.value)];
    if (token.kind !== 'option' || changed.has(token.name)) return [];
    return [token.rawName, token.name.endsWith('-token') ? '…' : quoted(token.value ?? '')];
  });
  return ['npm run sfu --', ...kept, ...[...changed].flatMap(([name, value]) => [`--${name}`, quoted(value)])].join(
    ' ',
  );
}

/** In quotes if a shell would read it otherwise. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
